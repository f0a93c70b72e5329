//! Rules that hold for all listings, on generated orgs.

use std::collections::BTreeSet;

use super::*;
use crate::particulars::Envelope;

const LISTINGS: [(&str, Collection); 4] = [
    ("/api/v1/users?search=status pr", Collection::Users),
    ("/api/v1/groups?x=y", Collection::Groups),
    ("/api/v1/apps?includeNonDeleted=true", Collection::Apps),
    ("/api/v1/devices?x=y", Collection::Devices),
];

#[test]
fn every_page_size_gives_the_same_records() {
    for sparse in [false, true] {
        for (target, collection) in LISTINGS {
            let mut caller = Caller::new(Org::generate(3, 60));
            caller.simulator.set_sparse_pages(sparse);
            let expected: Vec<String> = caller
                .simulator
                .org()
                .records(collection)
                .map(|record| record["id"].as_str().unwrap().to_owned())
                .collect();
            for limit in [1, 2, 7, 200] {
                // Apps forget what a next link drops, so that listing needs its parameter put back.
                let mut ids = Vec::new();
                let mut answer = caller.get(&format!("{target}&limit={limit}"));
                loop {
                    ids.extend(answer.ids());
                    let Some(next) = answer.link("next") else { break };
                    answer = caller.follow(&format!("{next}&includeNonDeleted=true"));
                }
                assert_eq!(ids, expected, "{target} by {limit}");
            }
        }
    }
}

#[test]
fn an_answer_whose_links_are_too_long_is_refused() {
    let mut caller = Caller::new(Org::generate(3, 1));
    let long = vec!["status pr"; 1_200].join(" and ");
    assert_eq!(caller.get(&format!("/api/v1/users?search={long}")).outcome(), "414 E0000256");
}

#[test]
fn sparse_pages_are_short_and_empty() {
    let mut caller = Caller::new(Org::generate(3, 60));
    caller.simulator.set_sparse_pages(true);
    let lengths: Vec<_> =
        caller.pages("/api/v1/users?search=status pr&limit=4").iter().map(Vec::len).collect();
    assert!(lengths.contains(&0) && lengths.contains(&2) && lengths.contains(&4), "{lengths:?}");
}

/// Two rows with the same name would be one collection.
#[test]
fn rows_are_distinct() {
    let all = Collection::ALL;
    let names: BTreeSet<_> = all.iter().map(|collection| format!("{collection:?}")).collect();
    let files: BTreeSet<_> = all.iter().map(|collection| collection.file_name()).collect();
    let paths: BTreeSet<_> = all.iter().filter_map(|collection| collection.path()).collect();
    let listed = all.iter().filter(|collection| collection.path().is_some()).count();
    assert_eq!((names.len(), files.len(), paths.len()), (all.len(), all.len(), listed));
}

#[test]
fn every_collection_with_a_path_is_generated_and_listed_there() {
    let mut caller = Caller::new(Org::generate(3, 60));
    caller.simulator.accept_bearer_token("scopeless", &[]);
    for &collection in Collection::ALL {
        // What is below an object has tests of its own, and so has what comes in an envelope.
        let particulars = collection.particulars();
        if particulars.is_some_and(|it| it.parent.is_some() || it.envelope != Envelope::Array) {
            continue;
        }
        let Some(path) = collection.path() else { continue };
        let path = if collection == Collection::Policies {
            "/api/v1/policies?type=PASSWORD"
        } else {
            path
        };
        let ids = caller.ids(path);
        assert!(!ids.is_empty(), "{path}");
        let org = caller.simulator.org();
        assert!(ids.iter().all(|id| org.get(collection, id).is_some()), "{path}");
        let by_name = particulars.is_some_and(|it| it.ordered_by == Some("name"));
        assert!(by_name || ids.is_sorted(), "{path}");
        let request = http::Request::get(format!("{ORIGIN}{path}"));
        let request = request.header(header::AUTHORIZATION, "Bearer scopeless");
        let answer = caller.send(request.body(Bytes::new()).unwrap());
        let challenge = answer.header("www-authenticate");
        assert!(challenge.contains("error=\"insufficient_scope\""), "{path}: {challenge}");
        caller.simulator.forbid("token", collection);
        assert_eq!(caller.get(path).outcome(), "403 E0000006", "{path}");
    }
}

#[test]
fn what_is_shown_is_what_is_counted() {
    let org = Org::generate(1, 40);
    for &collection in Collection::ALL {
        assert_eq!(org.shown(collection).count(), org.count_shown(collection), "{collection:?}");
        let below_nothing = org.shown(collection).any(|(parent, _)| parent.is_empty());
        let is_below = collection.parent().is_some();
        assert_eq!(below_nothing, !is_below && org.count_shown(collection) > 0, "{collection:?}");
    }
}
