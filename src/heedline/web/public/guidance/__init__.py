"""The front page and the pages that are only for reading, such as guidance, privacy and local police.

Start reading at `doors`, which has the first page. `attack` is "Run, Hide, Tell" as one file that can be saved,
`leaflets` its PDFs. `service_pages` are the pages that the footer links to. Nothing here holds what was typed, except
`doors.emergency`, which hands it to `report`.
"""
