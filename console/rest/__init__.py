"""The API for people's part: cases, reports, shelves, accounts. Answers are typed throughout."""
