"""Which words each part of the page fills in by itself, in the browser."""

_TIMES = (
    "age_now", "age_min", "age_h", "age_d", "left_min", "left_h", "left_s", "late_min", "late_h",
    "overdue",
)  # fmt: skip
_COUNTS = ("count_waiting", "count_under_way", "count_overdue")
TOP = (
    *_COUNTS, "figures", "search", "search_none", "top", "print", "sound_on", "sound_off", "keys",
    "leave", "go_more",
)  # fmt: skip
FEED = (
    *_TIMES, *_COUNTS, "count_supervised", "count_closed_today", "feed", "tab_mine", "tab_all",
    "tab_property", "tab_quieted", "quieted_none", "no_match", "act_accept", "act_take_up",
    "act_assign", "act_false", "act_open", "picture_of", "not_offered",
)  # fmt: skip
PLAN = (
    "plan", "plan_made_up", "plan_none", "plan_larger", "plan_smaller", "plan_cases",
)  # fmt: skip
DOSSIER = (
    *_TIMES, "case", "back", "gone", "opening", "choose", "act", "clear", "clear_none",
    "clear_fault", "notices", "notices_none", "why", "advice",
    "pictures", "picture", "picture_gone", "cameras", "camera_none", "live", "recording",
    "incident", "evidence", "evidence_none", "evidence_more", "part_door", "part_barrier",
    "part_camera", "part_other", "near", "near_count", "near_none", "acts",
)  # fmt: skip
GLANCE = (
    "glance", "glance_none", "judged", "inputs", "narrow", "empty", "whole_page", "close",
)  # fmt: skip
FOOT = ("figures", "visits", "supervised", "closed_today", "merged", "merged_n")
ACTS = (
    "pick_one", "field_to", "field_why", "field_why_false", "field_until", "field_number",
    "field_verdict", "field_rating", "rating_satisfied", "rating_fairly", "rating_unsatisfied",
    "rating_not_reached", "send", "cancel", "close", "title_assign", "title_false", "title_act",
    "done", "refused", "unreachable", "keys", "key_move", "key_open", "key_accept", "key_assign",
    "key_false", "key_act", "key_tabs", "key_search", "key_mute", "key_help", "key_escape",
)  # fmt: skip
