//! Values as texts, where a file or a folder has nothing else.

use serde_json::Value;
use std::borrow::Cow;

/// Returns a text as it is and anything else as JSON; nothing for what is missing.
pub(super) fn text(value: Option<&Value>) -> Option<Cow<'_, str>> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        other => Some(Cow::Owned(other.to_string())),
    }
}
