"""The ways to put a question about a role: openings, links that nest one agent in another, closings."""

from typing import NamedTuple


class Form(NamedTuple):
    """One way to put a question: opening, who, link, who, …, closing."""

    opening: str
    link: str
    closing: str = ""


# The last three of each stance are held out of training: new combinations of words that occur in the others.
PARAPHRASES = {
    "behave": (
        Form("behave as", "pretending to be"),
        Form("behave as if you were", "who pretends to be"),
        Form("act like", "who acts like"),
        Form("act as", "acting as"),
        Form("do what", "behaving like", "would do"),
        Form("pretend to be", "who behaves as if it were"),
        Form("play", "playing"),
        Form("imitate", "imitating"),
        Form("move as", "who plays", "would move"),
        Form("choose what", "playing the part of", "would choose"),
        Form("take the role of", "in the role of"),
        Form("put yourself in the place of", "who imitates"),
        Form("act as if you were", "acting like"),
        Form("play the part of", "who plays the role of"),
        Form("behave like", "behaving as if it were"),
    ),
    "predict": (
        Form("predict", "pretending to be"),
        Form("predict what", "who pretends to be", "will do"),
        Form("what will", "behaving like", "do"),
        Form("guess what", "acting as", "will do"),
        Form("guess the next move of", "imitating"),
        Form("say what", "playing", "does next"),
        Form("tell what", "in the role of", "is about to do"),
        Form("foresee the action of", "who acts like"),
        Form("what does", "who plays", "do next"),
        Form("where will", "playing the part of", "move"),
        Form("what is", "who imitates", "about to do"),
        Form("where does", "who behaves as if it were", "move next"),
        Form("guess what", "acting like", "does next"),
        Form("predict the next action of", "who plays the role of"),
        Form("say what", "behaving as if it were", "is about to do"),
    ),
}
HELD_OUT = {stance: tuple(range(len(forms) - 3, len(forms))) for stance, forms in PARAPHRASES.items()}
TRAINING = {stance: tuple(range(len(forms) - 3)) for stance, forms in PARAPHRASES.items()}
