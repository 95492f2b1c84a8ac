"""An invented article as scrapers give it, as text and as a page, and others beside it."""

from __future__ import annotations

TITLE = "Mell council votes to keep the old ferry"
LEAD = "The council of Mell voted on Monday to keep the old ferry, ending a quarrel of nine years."
SECOND = (
    "Mayor Anna Pell said the council had listened to the island and that the ferry would stay."
)
THIRD = (
    "The ferry carries forty cars and the doctor, who lives on the mainland and visits on Fridays."
)
OTHER = (
    "Bakers in Tarn are short of rye because the mills closed early, and prices of bread doubled "
    "within a fortnight, a trade body reported, blaming dry weather and expensive diesel."
)
GATE = "The harbour master said that the new gate would open in spring if the ice allowed it."
MENU = "Home\nNews\nSport\nWeather"
NOTE = "The ferry company did not answer our questions by Thursday evening"
AD = "Subscribe to our newsletter and never miss a story"
PAGE = "\n\n".join((MENU, TITLE, LEAD, SECOND, THIRD, f"LEAVE A REPLY\n\n{NOTE}\n\nYour name", AD))
HTML = (
    f"<html><body><nav><a>Home</a> <a>News</a></nav><article><h1>{TITLE}</h1><p>{LEAD}</p>"
    f"<p>{SECOND}</p><p>{THIRD}</p></article><footer><p>{NOTE} &amp; <b>{AD}</b></p></footer>"
    "</body></html>"
)
