//! The names of the secrets that AppFlow makes for the connections of one connector.
//!
//! The function's role admits the same secrets (`template.yaml`). This is the second lock: a request that names
//! another secret, which any caller of the function can write, never reaches AWS.

use okta_connector::SecretError;

/// The secrets of the connections of one connector.
///
/// Their ARNs are `arn:<partition>:secretsmanager:<region>:<account>:secret:appflow!<account>-<label>-<connection>-<six
/// characters>`, with the same account in both places.
#[derive(Clone, Debug)]
pub(crate) struct SecretNames {
    label: String,
}

impl SecretNames {
    /// Admits the secrets of the connector with this label.
    pub(crate) fn new(label: String) -> Self {
        Self { label }
    }

    /// Checks that `arn` is one of them.
    pub(crate) fn check(&self, arn: &str) -> Result<(), SecretError> {
        self.connection(arn).map(drop).ok_or_else(|| {
            let (label, found) = (&self.label, safe(arn));
            SecretError::OfAnother(format!("Its label is {label} and the request names {found}"))
        })
    }

    /// Returns the part of an ARN behind the label; none if it is not one of these.
    fn connection<'a>(&self, arn: &'a str) -> Option<&'a str> {
        let parts: Vec<_> = arn.splitn(7, ':').collect();
        let ["arn", partition, "secretsmanager", region, account, "secret", name] = parts[..]
        else {
            return None;
        };
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_somewhere = !partition.is_empty() && !region.is_empty();
        let connection = name
            .strip_prefix("appflow!")?
            .strip_prefix(account)?
            .strip_prefix('-')?
            .strip_prefix(self.label.as_str())?
            .strip_prefix('-')?;
        (is_account && is_somewhere && !connection.is_empty()).then_some(connection)
    }
}

/// Cuts a text that a caller wrote, and leaves out what no ARN holds.
fn safe(text: &str) -> String {
    const MOST: usize = 100;
    let is_safe =
        |character: &char| character.is_ascii_alphanumeric() || ":!/_+=.@-".contains(*character);
    text.chars().filter(is_safe).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_the_label_are_admitted() {
        let names = SecretNames::new("Okta".to_owned());
        let rows = [
            (
                "aws:secretsmanager:us-east-1:123456789012:secret:appflow!123456789012-Okta-prod-a1B2c3",
                true,
            ),
            (
                "aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:appflow!123456789012-Okta-a-b-c",
                true,
            ),
            // Of two labels, neither may be the other followed by a dash and more.
            (
                "aws:secretsmanager:us-east-1:123456789012:secret:appflow!123456789012-Okta-Dev-x-a1B2c3",
                true,
            ),
            (
                "aws:secretsmanager:us-east-1:123456789012:secret:appflow!123456789012-OktaDev-x-a1B2c3",
                false,
            ),
            (
                "aws:secretsmanager:us-east-1:123456789012:secret:appflow!123456789012-okta-prod-a1B2c3",
                false,
            ),
            ("aws:secretsmanager:us-east-1:123456789012:secret:appflow!123456789012-Okta-", false),
            (
                "aws:secretsmanager:us-east-1:123456789012:secret:appflow!210987654321-Okta-prod-a1B2c3",
                false,
            ),
            ("aws:secretsmanager:us-east-1:1:secret:appflow!1-Okta-prod-a1B2c3", false),
            ("aws:secretsmanager:us-east-1:123456789012:secret:prod/database-a1B2c3", false),
            (
                "aws:secretsmanager::123456789012:secret:appflow!123456789012-Okta-prod-a1B2c3",
                false,
            ),
            ("aws:ssm:us-east-1:123456789012:secret:appflow!123456789012-Okta-prod-a1B2c3", false),
        ];
        for (arn, expected) in rows {
            assert_eq!(names.check(&format!("arn:{arn}")).is_ok(), expected, "{arn}");
        }
        for plain in ["appflow!123456789012-Okta-prod", "prod/database", "", "arn:secret"] {
            assert!(names.check(plain).is_err(), "{plain}");
        }
    }

    #[test]
    fn what_a_caller_wrote_is_cut() {
        let names = SecretNames::new("Okta".to_owned());
        let error = names.check(&format!("<b>{}\u{202e}", "x".repeat(10_000))).unwrap_err();
        let SecretError::OfAnother(text) = error else { panic!("{error}") };
        assert_eq!(text, format!("Its label is Okta and the request names b{}", "x".repeat(99)));
    }
}
