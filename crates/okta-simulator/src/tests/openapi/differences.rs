//! Lists the answers that differ from Okta's description of them, each with its reason.

/// Answers of these differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Simulator,
    Recorded,
    Both,
}

/// A place where answers of some paths differ from the description, and the reason.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) who: Who,
    pub(super) paths: &'static [&'static str],
    pub(super) place: &'static str,
    #[expect(dead_code, reason = "it is for people, and the table is where they look")]
    pub(super) reason: &'static str,
}

/// Paths of the description that the simulator does not have to have.
pub(super) const ABSENT: [&str; 2] = ["/api/v1/features", "/api/v1/logs"];

pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        who: Who::Simulator,
        paths: &["/api/v1/apps", "/api/v1/apps/{}", "/api/v1/groups/{}/apps"],
        place: "/name",
        reason: "Generated applications have the name of any template, whatever their sign-on mode, so that a name has to be read.",
    },
    Difference {
        who: Who::Simulator,
        paths: &["/api/v1/apps", "/api/v1/apps/{}", "/api/v1/groups/{}/apps"],
        place: "/settings/app",
        reason: "They share one form of settings, which lacks what some templates ask for.",
    },
    Difference {
        who: Who::Simulator,
        paths: &["/api/v1/apps", "/api/v1/apps/{}"],
        place: "/settings/signOn",
        reason: "Likewise.",
    },
    Difference {
        who: Who::Recorded,
        paths: &["/api/v1/apps"],
        place: "/name",
        reason: "Applications made by a program keep the name that it chose.",
    },
    Difference {
        who: Who::Recorded,
        paths: &["/api/v1/apps"],
        place: "/settings/app",
        reason: "Okta shows no empty settings.",
    },
    Difference {
        who: Who::Recorded,
        paths: &["/api/v1/apps"],
        place: "/settings/signOn",
        reason: "Likewise.",
    },
    Difference {
        who: Who::Both,
        paths: &["/api/v1/devices"],
        place: "/_links/self/hints/allow",
        reason: "Okta shows a method that its description does not have.",
    },
    Difference {
        who: Who::Simulator,
        paths: &["/api/v1/devices/{}"],
        place: "/_links/self/hints/allow",
        reason: "Likewise.",
    },
    Difference {
        who: Who::Simulator,
        paths: &["/api/v1/devices", "/api/v1/devices/{}"],
        place: "/status",
        reason: "An example in the description has a status that its list of values lacks.",
    },
    Difference {
        who: Who::Simulator,
        paths: &["/api/v1/users", "/api/v1/users/{}", "/api/v1/groups/{}/users"],
        place: "/profile/email",
        reason: "Some addresses have letters that are not in ASCII.",
    },
    Difference {
        who: Who::Simulator,
        paths: &["/api/v1/devices"],
        place: "/_embedded/users/user/profile/email",
        reason: "Likewise.",
    },
    Difference {
        who: Who::Simulator,
        paths: &["/api/v1/devices/{}/users"],
        place: "/user/profile/email",
        reason: "Likewise.",
    },
    Difference {
        who: Who::Simulator,
        paths: &["/api/v1/users", "/api/v1/users/{}", "/api/v1/groups/{}/users"],
        place: "/profile/secondEmail",
        reason: "A value that was cleared is an empty text.",
    },
    Difference {
        who: Who::Simulator,
        paths: &["/api/v1/devices/{}/users"],
        place: "/user/profile/secondEmail",
        reason: "Likewise.",
    },
    Difference {
        who: Who::Simulator,
        paths: &["/api/v1/groups/{}/users"],
        place: "/_embedded/group-rules",
        reason: "The description does not have this expansion yet, and takes everything embedded for an object.",
    },
    Difference {
        who: Who::Recorded,
        paths: &["/api/v1/groups"],
        place: "/type",
        reason: "A group rule is among the recorded groups.",
    },
    Difference {
        who: Who::Both,
        paths: &["/api/v1/groups/{}/owners"],
        place: "/lastUpdated",
        reason: "Okta shows these times in a form of their own.",
    },
    Difference {
        who: Who::Both,
        paths: &["/api/v1/logStreams"],
        place: "/settings",
        reason: "The token of a Splunk stream is required in the description, and never shown.",
    },
    Difference {
        who: Who::Both,
        paths: &["/api/v1/logStreams"],
        place: "/settings/eventSourceName",
        reason: "The pattern in the description is that of one character.",
    },
    Difference {
        who: Who::Both,
        paths: &["/api/v1/policies"],
        place: "/_embedded/resourceType",
        reason: "What is embedded is a text here.",
    },
    Difference {
        who: Who::Recorded,
        paths: &["/api/v1/zones"],
        place: "/proxyType",
        reason: "Okta shows values that its description does not have.",
    },
];
