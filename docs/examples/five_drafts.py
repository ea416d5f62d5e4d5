"""Five sampled answers to a question, and a vote."""

import ember_mlir as ember


@ember.jit
def answer(question: str) -> str:
    prompt = f"Q: {question}\nA:"
    drafts = [ember.generate(prompt, model="small", temperature=0.7) for _ in range(5)]
    return ember.vote(drafts)


if __name__ == "__main__":
    print(answer.ir("llm"))
