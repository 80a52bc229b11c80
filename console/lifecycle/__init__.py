"""The lifecycle of a case: who may do what at which stage, until when, and who is told if not.

Pure: every act carries its time, and a case is nothing but its acts applied in order. Acts that
are not allowed change nothing and come back as a reason that a person can read.
"""
