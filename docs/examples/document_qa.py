"""Questions about a document, each answered from its text and a summary of it.

`python docs/examples/document_qa.py` runs it on the simulated provider.
"""

import ember_mlir as ember


def summary(document: str) -> str:
    """What the document is about."""
    prompt = f"Summarize this document in three sentences:\n\n{document}"
    return ember.generate(prompt, model="medium", temperature=0, max_tokens=120)


def answer(document: str, question: str) -> str:
    """What the document says about a question."""
    prompt = (
        f"Document:\n{document}\n\nIn short: {summary(document)}\n\n"
        f"Answer from the document only.\nQ: {question}\nA:"
    )
    return ember.generate(prompt, model="small", temperature=0, max_tokens=60)


@ember.jit
def document_qa(document: str, questions: list[str]) -> list[str]:
    """An answer to each question."""
    return ember.map(lambda question: answer(document, question), questions)


CONTRACT = """\
This agreement is made between Northwind Ltd and the tenant Ada Miller.
The flat in 12 Mill Road is let from 1 March 2025 for two years.
The rent is 950 euros a month and is paid on the third day of each month.
The deposit is 1900 euros and is returned within thirty days after the tenant has left.
The tenant may keep a cat but not a dog.
Either side may end the agreement with a notice of three months.
Small repairs up to 80 euros are paid by the tenant, all others by the landlord.
"""
QUESTIONS = [
    "How much is the rent a month?",
    "When is the deposit returned?",
    "May the tenant keep a dog?",
    "How long is the notice to end the agreement?",
    "Who pays for small repairs?",
]

if __name__ == "__main__":
    with ember.Session(seed=1, clock="virtual"):
        for question, found in zip(QUESTIONS, document_qa(CONTRACT, QUESTIONS), strict=True):
            print(f"{question}\n  {found}")
