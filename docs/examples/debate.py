"""A debate: two sides argue for some rounds, each knowing the other, and a judge decides.

`python docs/examples/debate.py` runs it on the simulated provider.
"""

import ember_mlir as ember

ROUNDS = 2
SIDES = ("for", "against")


def opening(motion: str, side: str) -> str:
    """The first argument of a side."""
    prompt = f"Summarize in one sentence what speaks {side} this motion:\n\n{motion}"
    return ember.generate(prompt, model="medium", temperature=0.8, max_tokens=60)


def rebuttal(motion: str, side: str, own: str, other: str) -> str:
    """What a side says to the last argument of the other one."""
    prompt = (
        f"You are {side} this motion:\n\n{motion}\n\n"
        f"You have said: {own}\nYour opponent says: {other}\n\n"
        "Answer your opponent: which fact matters most?"
    )
    return ember.generate(prompt, model="medium", temperature=0.8, max_tokens=60)


@ember.jit
def debate(motion: str) -> tuple[str, str, str]:
    """The last words of both sides, and who has won."""
    pro, contra = [opening(motion, side) for side in SIDES]
    for _ in range(ROUNDS):
        pro, contra = (
            rebuttal(motion, "for", pro, contra),
            rebuttal(motion, "against", contra, pro),
        )
    prompt = (
        f"Two sides have debated this motion:\n\n{motion}\n\n"
        f"Pro: {pro}\n\nContra: {contra}\n\n"
        "Which side has argued better? Answer pro or contra."
    )
    verdict = ember.generate(prompt, model="large", temperature=0, max_tokens=4)
    return pro, contra, verdict


MOTION = """\
Cities should close their centres to private cars.
The fact that matters most to families is that children can walk to school.
For shops the fact counts that customers come by car from the villages.
Streets without cars are quiet and clean.
Buses and trams need money that most cities do not have.
"""

if __name__ == "__main__":
    with ember.Session(seed=1, clock="virtual"):
        last_for, last_against, winner = debate(MOTION)
    print(f"For: {last_for}\nAgainst: {last_against}\nThe judge: {winner}")
