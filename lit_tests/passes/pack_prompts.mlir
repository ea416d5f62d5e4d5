// RUN: ember-opt %s -p pack-prompts{most=8} --allow=meaning --optimize-for=cost --verify-each | filecheck %s
// RUN: ember-opt %s -p pack-prompts{most=8} --optimize-for=cost | filecheck %s --check-prefix=NOT
// RUN: ember-opt %s -p pack-prompts --allow=meaning --optimize-for=cost | filecheck %s --check-prefix=NOT
// RUN: ember-opt %s -p pack-prompts{most=8},pack-prompts{most=8} --allow=meaning --optimize-for=cost | filecheck %s
// RUN: ember-opt %s -p pack-prompts{most=8},infer-labels,verify-labels,canonicalize,lower-to-sched,lower-to-exec,verify-labels,verify-level{level=exec} --allow=meaning --optimize-for=cost | filecheck %s --check-prefix=EXEC

llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
llm.tool @time "Tells the time." takes "{\"type\": \"object\", \"properties\": {}}"

// All elements are asked about at once, if they are few; else, and where that fails, one by one.
// NOT-NOT: llm.quote
// CHECK-LABEL: func.func @packed
// EXEC-LABEL: exec.frame @packed(
func.func @packed(%xs: !llm.list<!llm.text>, %how: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: %ys = ensemble.fallback : !llm.list<!llm.text> do {
  // CHECK-NEXT: %[[N:.*]] = llm.length of %xs : !llm.list<!llm.text>
  // CHECK-NEXT: %[[TWO:.*]] = arith.constant 2 : i64
  // CHECK-NEXT: %[[MOST:.*]] = arith.constant 8 : i64
  // CHECK-NEXT: %[[MANY:.*]] = arith.cmpi sge, %[[N]], %[[TWO]] : i64
  // CHECK-NEXT: %[[FEW:.*]] = arith.cmpi sle, %[[N]], %[[MOST]] : i64
  // CHECK-NEXT: %[[FIT:.*]] = arith.andi %[[MANY]], %[[FEW]] : i1
  // CHECK-NEXT: %[[XS:.*]] = ensemble.cascade : !llm.list<!llm.text> do {
  // CHECK-NEXT: ensemble.accept %xs if %[[FIT]] : !llm.list<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %[[QUOTED:.*]] = llm.quote %[[XS]]
  // CHECK-NEXT: %[[P:.*]] = llm.template "{{.*}}Task:\nSum {{[{][{]}}this{{[}][}]}} up, {0}: <item> (<item>)\n\nItems:\n{1}\n\nAnswer with {{.*}}"(%how, %[[QUOTED]])
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%[[P]]) temperature 0.7 max_tokens 192 as json_schema "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}" draw <6> {note = "kept"}
  // CHECK-NEXT: %[[AS:.*]] = llm.parse %[[A]] as json_schema "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}" : !llm.list<!llm.text>
  // CHECK-NEXT: %[[K:.*]] = llm.length of %[[AS]] : !llm.list<!llm.text>
  // CHECK-NEXT: %[[SAME:.*]] = arith.cmpi eq, %[[K]], %[[N]] : i64
  // CHECK-NEXT: %[[OK:.*]] = ensemble.cascade : !llm.list<!llm.text> do {
  // CHECK-NEXT: ensemble.accept %[[AS]] if %[[SAME]] : !llm.list<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: ensemble.yield %[[OK]] : !llm.list<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %[[YS:.*]] = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
  // CHECK-NEXT: llm.template
  // CHECK-NEXT: llm.generate @m(%p) temperature 0.7 max_tokens 16 draw <5[*]> {note = "kept"}
  // CHECK-NEXT: ensemble.yield
  // CHECK-NEXT: }
  // CHECK-NEXT: ensemble.yield %[[YS]] : !llm.list<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %ys
  // EXEC: exec.attempt [@packed.
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "Sum {{this}} up, {1}: {0} ({0})"(%x, %how)
    %y = llm.generate @m(%p) temperature 0.7 max_tokens 16 draw <5[*]> {note = "kept"}
    ensemble.yield %y : !llm.text
  }
  func.return %ys : !llm.list<!llm.text>
}

// In a map, the identity of the packed request has the index of that map.
// CHECK-LABEL: func.func @nested
func.func @nested(%xss: !llm.list<!llm.list<!llm.text>>) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK: llm.generate @m(%{{.*}}) temperature 0 as json_schema {{.*}} site <4[*]>
  // CHECK: llm.generate @m(%p) temperature 0 site <3[*, *]>
  %yss = ensemble.map %xs in %xss : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.list<!llm.text>> do {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %p = llm.template "{0}?"(%x)
      %y = llm.generate @m(%p) temperature 0 site <3[*, *]>
      ensemble.yield %y : !llm.text
    }
    ensemble.yield %ys : !llm.list<!llm.text>
  }
  func.return %yss : !llm.list<!llm.list<!llm.text>>
}

// What stands for an element is not what the task has in it already.
// CHECK-LABEL: func.func @placeholder
func.func @placeholder(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: llm.template "{{.*}} <<item>> stands for {{.*}}Task:\nIs this an <item>? <<item>>\n\n
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "Is this an <item>? {0}"(%x)
    %y = llm.generate @m(%p) draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  func.return %ys : !llm.list<!llm.text>
}

// A text that ends one answer would end all of them.
// CHECK-LABEL: func.func @stopped
func.func @stopped(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.map
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) stop ["\n"] draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  func.return %ys : !llm.list<!llm.text>
}

// An answer that must look like something is not an element of just any array.
// CHECK-LABEL: func.func @shaped
func.func @shaped(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.map
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) as regex "yes|no" draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  func.return %ys : !llm.list<!llm.text>
}

// Calls of tools are of one element, and so are conversations.
// CHECK-LABEL: func.func @turns
func.func @turns(%xs: !llm.list<!llm.text>) -> (!llm.list<!llm.messages>, !llm.list<!llm.text>) {
  // CHECK-NEXT: ensemble.map
  // CHECK: ensemble.map
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.messages> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) tools [@time] draw <0[*]> -> !llm.messages
    ensemble.yield %y : !llm.messages
  }
  %zs = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.messages user(%x)
    %y = llm.generate @m(%p : !llm.messages) draw <1[*]>
    ensemble.yield %y : !llm.text
  }
  func.return %ys, %zs : !llm.list<!llm.messages>, !llm.list<!llm.text>
}

// Of a list that is written out it is known whether it is packed: not if it is too long or short.
// CHECK-LABEL: func.func @known
func.func @known(%a: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK: llm.list(%a) : !llm.list<!llm.text>
  // CHECK-NEXT: %ys = ensemble.map
  // CHECK: llm.list(%a, %a, %a, %a, %a, %a, %a, %a, %a) : !llm.list<!llm.text>
  // CHECK-NEXT: %zs = ensemble.map
  %one = llm.list(%a) : !llm.list<!llm.text>
  %ys = ensemble.map %x in %one : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  %nine = llm.list(%a, %a, %a, %a, %a, %a, %a, %a, %a) : !llm.list<!llm.text>
  %zs = ensemble.map %x in %nine : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) draw <1[*]>
    ensemble.yield %y : !llm.text
  }
  func.return %ys, %zs : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// A body that does more, or asks something else, stays: nothing else may be lost.
// CHECK-LABEL: func.func @more
func.func @more(%xs: !llm.list<!llm.text>, %q: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>, !llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK-NOT: ensemble.fallback
  // CHECK: func.return
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) draw <0[*]>
    %n = llm.apply effectful @log(%y) : (!llm.text) -> i64
    ensemble.yield %y : !llm.text
  }
  %zs = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%q)
    %y = llm.generate @m(%p) draw <1[*]>
    ensemble.yield %y : !llm.text
  }
  %as = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%q) draw <2[*]>
    ensemble.yield %y : !llm.text
  }
  %bs = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) draw <3[*]>
    ensemble.yield %p : !llm.text
  }
  func.return %ys, %zs, %as, %bs : !llm.list<!llm.text>, !llm.list<!llm.text>, !llm.list<!llm.text>, !llm.list<!llm.text>
}

// Letters may be packed for a model that may see them, if their number is no less sensitive.
// CHECK-LABEL: func.func @letters
func.func @letters(%xs: !llm.list<!llm.text> {ember.label = #llm.label"pii"}) -> (!llm.list<!llm.text> {ember.label = #llm.label"pii"}) {
  // CHECK-NEXT: ensemble.fallback
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @house(%p) draw <0[*]> {ember.label = #llm.label"pii"}
    ensemble.yield %y : !llm.text
  }
  func.return %ys : !llm.list<!llm.text>
}

// Who may know how many letters there are would learn from it what the model has answered.
// CHECK-LABEL: func.func @counted_letters
func.func @counted_letters(%xs: !llm.list<!llm.text> {ember.label = #llm.label"pii", ember.length_label = #llm.label"public"}, %q: !llm.text) -> (!llm.list<!llm.text> {ember.label = #llm.label"pii"}, !llm.list<!llm.text>) {
  // CHECK-NEXT: ensemble.map
  // CHECK: llm.generate @house(%p) draw <0[*]> {ember.label = #llm.label"pii"}
  // EXEC-LABEL: exec.frame @counted_letters(
  // EXEC: exec.fanout @{{.*}} over %ys : !llm.list<!llm.text>
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @house(%p) draw <0[*]> {ember.label = #llm.label"pii"}
    ensemble.yield %y : !llm.text
  }
  %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.generate @m(%q) draw <1[*]>
    ensemble.yield %z : !llm.text
  }
  func.return %ys, %zs : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// Nor are elements packed together of which one is more sensitive than the others.
// CHECK-LABEL: func.func @mixed
func.func @mixed(%a: !llm.text {ember.label = #llm.label"pii"}, %b: !llm.text) -> (!llm.list<!llm.text> {ember.label = #llm.label"pii"}) {
  // CHECK: %ys = ensemble.map
  %xs = llm.list(%a, %b) : !llm.list<!llm.text>
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @house(%p) draw <0[*]> {ember.label = #llm.label"pii"}
    ensemble.yield %y : !llm.text
  }
  func.return %ys : !llm.list<!llm.text>
}

// A label that is written on a prompt would be lost with it.
// CHECK-LABEL: func.func @labelled_prompt
func.func @labelled_prompt(%xs: !llm.list<!llm.text> {ember.label = #llm.label"pii"}) -> (!llm.list<!llm.text> {ember.label = #llm.label"pii"}) {
  // CHECK-NEXT: ensemble.map
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x) {ember.label = #llm.label"pii"}
    %y = llm.generate @house(%p) draw <0[*]> {ember.label = #llm.label"pii"}
    ensemble.yield %y : !llm.text
  }
  func.return %ys : !llm.list<!llm.text>
}
