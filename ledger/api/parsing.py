"""Reading bodies: JSON whose text can be stored."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class TextParser(JSONParser):
    """JSON without halves of characters: `"\\ud800"` is JSON, but no text that could be stored, hashed or sent back."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The values of the body.

        Raises:
            ParseError: it is no JSON, or holds a lone surrogate.
        """
        data = super().parse(stream, media_type, parser_context)
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ParseError(
                _("The text holds half a character (a lone surrogate). Send it as UTF-8.")
            ) from error
        return data
