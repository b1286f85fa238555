"""The public intake API: the same report as the web form's, sent by a program.

`reading` bounds and reads what came, `problems` writes RFC 9457 problem documents that echo nothing, `views` parse,
make one casework call and answer, `openapi` describes all of it and is tested against what really happens.

No cookie is read, no session, no template: a call costs little more than the sealing. Files come with the files
process; until then multipart is refused with 415.
"""
