"""One-time codes of a phone (RFC 6238): six digits, 30 seconds, each good once."""

import pyotp

STEP_S = 30
DRIFT_STEPS = 1
ISSUER = "smart-community"


def new_secret() -> str:
    """A secret of 160 bits, base32."""
    return pyotp.random_base32()


def enrol_link(secret: str, login: str) -> str:
    """The `otpauth://` link that a phone's app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(secret: str, code: str, at_s: float, last_step: int) -> int | None:
    """The time step that a code is of; None where it is wrong or was used.

    One step before and after counts too, for clocks that differ. No step at or before `last_step`
    does: a code that somebody saw over a shoulder is worth nothing.
    """
    totp, now = pyotp.TOTP(secret), int(at_s // STEP_S)
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if step > last_step and pyotp.utils.strings_equal(code.strip(), totp.generate_otp(step)):
            return step
    return None
