"""From foreign values to ours: text, instants, pay, place, level, contract. Pure; a wrong type is a missing value.

reading   a path into foreign JSON, ids, JSON documents
html      markup to plain text
instants  dates, with how exact they are
pay       amounts, periods, currencies, free text
work      workplace, kind of contract, level, language
urls      addresses: taken apart, made safe
postings  all of it together: `make_posting`
"""
