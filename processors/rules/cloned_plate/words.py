"""What both stages of the situation say alike."""

from schemas.base import Words

TITLE = Words(zh="疑似套牌", en="possibly cloned plate")
STEPS = {
    "entered": Words(zh="驶入", en="entered"),
    "entered_again": Words(zh="再次驶入", en="entered again"),
    "seen_first": Words(zh="先在此读到", en="read here first"),
    "seen_elsewhere": Words(zh="又在此读到", en="read here, too soon after"),
}
