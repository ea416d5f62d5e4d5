"""A panel of judges: three models answer, three judges vote for the best answer.

`python docs/examples/judge_panel.py` runs it on the simulated provider.
"""

import ember_mlir as ember

MODELS = ("small", "medium", "large")
JUDGES = (
    "a careful mathematician",
    "a teacher who checks every step",
    "an examiner in a hurry",
)


@ember.jit
def panel(question: str) -> tuple[list[str], str]:
    """The answers, and the number of the one that most judges find best."""
    prompt = f"Q: {question}\nA:"
    answers = [
        ember.generate(prompt, model=model, temperature=0.7, max_tokens=32) for model in MODELS
    ]
    listed = "\n".join([f"{number}. {answer}" for number, answer in enumerate(answers, 1)])
    votes: list[str] = []
    for judge in JUDGES:
        ballot = (
            f"You are {judge}. Three answers were given to this question:\n\n{question}\n\n"
            f"{listed}\n\nReply with the number of the best answer."
        )
        votes.append(ember.generate(ballot, model="medium", temperature=0.3, max_tokens=4))
    return answers, ember.vote(votes)


QUESTION = "What is 38 * 47?"

if __name__ == "__main__":
    with ember.Session(seed=1, clock="virtual"):
        answers, winner = panel(QUESTION)
    print(f"{QUESTION}\nanswers: {', '.join(answers)}\nthe best is number {winner}")
