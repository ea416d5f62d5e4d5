// What lowering has dissolved is gone: going up is an error.
// RUN: not ember-opt %s --emit=llm 2>&1 | filecheck %s
// CHECK: error: a module can only be lowered, but it is at the level 'exec' and 'llm' was asked for; start from its text at the level 'llm'

exec.frame @f(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}
