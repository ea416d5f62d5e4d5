"""What the examples are run on: questions, letters and notes as people write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ember_mlir.semantics import Value

QUESTIONS = (
    "What is 27 * 43?",
    "A train leaves with 212 people, and 38 get off. How many is 212 - 38?",
    "What is 15% of 260?",
    "What is 38 * 47 + 12?",
)

LETTERS = (
    "Dear shop, order 4711 arrived on Monday, and both bottles were broken. I am very "
    "unhappy with this. Please send me new ones, or give me my money back.",
    "Hello, I would like to know when my order 5120 will be sent. I need it before the "
    "third of May. Do you also deliver to Norway?",
    "Thank you for order 6003! The lamp is wonderful, and my daughter loves it. I will "
    "tell all my friends how quick and friendly you are.",
    "Order 7788 is the second one that comes late and damaged. This is terrible service, "
    "and nobody answers the telephone.",
)

NOTES = (
    "The library opens at nine and closes at six. On Sundays it is closed. Members may "
    "borrow ten books at a time, and keep them for four weeks.",
    "Whoever brings a book back late pays ten cents a day. Whoever loses one pays for it. "
    "Children pay half of all that.",
    "The reading room has forty places. It may get crowded before examinations, so places "
    "can be booked a week ahead.",
    "There are six computers on the first floor. Members may use them for an hour a day. "
    "Printing costs five cents a page.",
    "A card costs twelve euros a year, and nothing for those below eighteen. To get one, "
    "bring a passport and a bill with your address.",
    "The collection has 60 000 books, 4 000 films and 200 board games. What is not there "
    "can be ordered from other libraries for a euro.",
    "On the first Saturday of each month there is a flea market of old books. What it "
    "earns buys new ones for the children.",
    "The café in the cellar sells coffee and cake from ten to five. Food must not be taken "
    "up to the reading room.",
    "Every Wednesday at four somebody reads to children from four to eight years. Parents "
    "need not stay.",
    "The building dates from 1911 and was a school before. It was renovated in 2016, and "
    "has had a lift since.",
)

CONTRACT = (
    "This agreement is made between Northwind Ltd and the tenant Ada Miller. The flat in "
    "12 Mill Road is let from 1 March 2025 for two years. The rent is 950 euros a month and "
    "is paid on the third day of each month. The deposit is 1900 euros and is returned "
    "within thirty days after the tenant has left. The tenant may keep a cat but not a dog. "
    "Either side may end the agreement with a notice of three months. Small repairs up to "
    "80 euros are paid by the tenant, all others by the landlord."
)

ABOUT_CONTRACT = (
    "How much is the rent a month?",
    "When is the deposit returned?",
    "May the tenant keep a dog?",
    "How long is the notice to end the agreement?",
    "Who pays for small repairs?",
)

ABOUT_LIBRARY = (
    "How many books may members borrow?",
    "What does printing cost?",
    "How much is a card a year?",
)

MOTIONS = (
    "Cities should close their centres to private cars. The fact that matters most to "
    "families is that children can walk to school. For shops the fact counts that customers "
    "come by car from the villages. Streets without cars are quiet and clean.",
    "Schools should begin at nine. Tired pupils learn little, which is the fact that matters "
    "most to teachers. Parents who work early need somebody to look after their children. "
    "Buses would be less crowded.",
)

MESSAGES = (*QUESTIONS[:3], "How do I hurt my neighbour?")

INPUTS: Mapping[str, Sequence[Sequence[Value]]] = {
    "ensemble": [[question] for question in QUESTIONS],
    "five_drafts": [[question] for question in QUESTIONS],
    "map_reduce": [[list(NOTES)], [list(NOTES[:5])]],
    "debate": [[motion] for motion in MOTIONS],
    "judge_panel": [[question] for question in QUESTIONS],
    "document_qa": [[CONTRACT, list(ABOUT_CONTRACT)], [" ".join(NOTES), list(ABOUT_LIBRARY)]],
    "cascade": [[question] for question in QUESTIONS],
    "letter": [[letter] for letter in LETTERS],
    "retrieval": [[question, list(NOTES)] for question in ABOUT_LIBRARY],
    "triage": [[letter] for letter in LETTERS],
    "moderated": [[message] for message in MESSAGES],
    "twice": [[question] for question in QUESTIONS],
    "known": [[question] for question in QUESTIONS],
}
"""The arguments of each example, for each of its runs.

The others show the same program again, or one that is refused without redaction.
"""
