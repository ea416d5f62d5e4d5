// Every pass shows what it leaves on standard error, and the result on standard output.
// RUN: ember-opt %s --emit=exec --print-ir-after-all 2>&1 >%t.out | filecheck %s
// RUN: filecheck %s --check-prefix=OUT < %t.out

// CHECK: after assign-draws
// CHECK: llm.generate @m(%{{.*}}) draw <0>
// CHECK: after lower-to-sched
// CHECK: sched.request @m(%{{.*}}) draw <0>
// CHECK: after lower-to-exec
// CHECK: exec.request @m_lane
// OUT-NOT: after
// OUT: exec.request @m_lane

llm.model @m from "simulated"
func.func @f(%a: !llm.text) -> !llm.text {
  %b = llm.generate @m(%a)
  func.return %b : !llm.text
}
