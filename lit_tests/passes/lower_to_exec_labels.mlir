// RUN: ember-opt %s -p lower-to-exec | filecheck %s

// A label of a task goes to the instruction that gives its value.
// CHECK-LABEL: exec.frame @task
func.func @task(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: exec.format "x{0}"(%{{.*}}) {ember.label = #llm.label"pii"}
  %c = sched.task(%x = %a : !sched.future<!llm.text>) -> !sched.future<!llm.text> attributes {ember.label = #llm.label"pii"} {
    %t = llm.template "x{0}"(%x)
    sched.yield %t : !llm.text
  }
  func.return %c : !sched.future<!llm.text>
}

// So does that of a known text.
// CHECK-LABEL: exec.frame @known
func.func @known() -> !sched.future<!llm.text> {
  // CHECK-NEXT: exec.constant "Ada" {ember.label = #llm.label"internal"}
  %c = sched.task() -> !sched.future<!llm.text> {
    %t = llm.constant "Ada" label "internal"
    sched.yield %t : !llm.text
  }
  func.return %c : !sched.future<!llm.text>
}
