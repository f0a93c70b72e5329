//! The errors of the management API that a script can ask for.

/// An error of the management API, by its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// 400 `E0000001`: a parameter holds what it must not.
    InvalidParameter,
    /// 400 `E0000021`: the type of the content is not one that Okta takes.
    UnsupportedMediaType,
    /// 400 `E0000031`: the expression is not one that Okta understands.
    InvalidSearch,
    /// 400 `E0000031` with the cause `Invalid cursor.`
    InvalidCursor,
    /// 400 `E0000053`: the System Log does not understand the filter.
    InvalidLogFilter,
    /// 401 `E0000011`: the credential is no good.
    InvalidToken,
    /// 403 `E0000005`: there is no session.
    InvalidSession,
    /// 403 `E0000006`: the role does not allow it.
    NoPermission,
    /// 401 `E0000015`: the org does not have the feature. The credential is good all the same.
    NoFeature,
    /// 404 `E0000008`: there is no such path.
    NoPath,
    /// 404 `E0000007`: there is no such object.
    NotFound,
    /// 409 `E0000145`: a schema is changing, and some users cannot be read meanwhile.
    SchemaChanging,
    /// 423 `E0000239`: the org is locked while it puts something in order.
    Locked,
}
