"""The public intake API, through which programs send the same reports as the web form.

`reading` reads the request and enforces its limits. `problems` writes RFC 9457 problem documents that
never repeat the input. `views` parses the request, makes one casework call and responds. `openapi`
describes the API and is tested against its real behaviour.

`incoming` takes the body of a report with files apart while it arrives.

No cookies, sessions or templates are used, so a call costs little more than sealing the report.
"""
