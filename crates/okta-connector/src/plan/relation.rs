//! Records below others: the objects above are asked for first, narrowed by what a filter says of them, and then what is
//! below each.

use super::{FILTER, Listing, Plan, Shape, Way, digest_request};
use crate::catalogue::{At, Branch, Children, Expansion};
use crate::entity::{Entity, FieldId};
use crate::hash::Fnv;
use crate::predicate::{Check, Predicate, Text, all_of};
use crate::query::{Parallelism, Query, is_id};
use okta_client::OktaRequest;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The relation of the objects of a listing to the records below them.
#[derive(Debug)]
pub struct Relation {
    /// The branch of the catalogue.
    pub branch: &'static Branch,
    /// The question about the objects above.
    pub(crate) above: Query,
    /// The objects that this listing is for, of all that pass the question.
    pub(crate) part: Predicate,
    /// The fields whose values are those of the object above, and the paths there.
    pub(crate) inherited: Vec<(FieldId, &'static str)>,
    /// The field that names the branch.
    pub(crate) named: Option<FieldId>,
    /// The property that Okta adds to the records, if something needs it.
    pub(crate) expansion: Option<Expansion>,
    /// The path by which an object above is called in messages.
    pub(crate) called: Option<&'static str>,
    /// The request for what is below an object, without a path.
    template: OktaRequest,
    /// True if records may not pass.
    narrowed_here: bool,
}

impl Relation {
    /// Returns the way to ask for what is below the object with this id; none if it cannot be one, or if the records are
    /// in the object itself.
    pub(crate) fn way(&self, id: &str) -> Option<Way> {
        let Children::Listed([before, after]) = self.branch.children else { return None };
        is_id(id).then(|| Way {
            request: self.template.clone().at(format!("{before}{id}{after}")),
            shape: Shape::List,
            id_path: String::new(),
            narrowed_here: self.narrowed_here,
            cut: None,
            below: None,
            reason: "the records are below it",
        })
    }

    /// Says whether records are tested, besides the objects above.
    pub(super) fn is_narrowed(&self) -> bool {
        self.narrowed_here
    }

    /// Makes a condition on the objects above of one on their records, if that is what it is.
    pub(super) fn condition_above(&self, condition: &Predicate) -> Option<Predicate> {
        condition.translated(&|field| {
            let (_, path) = self.inherited.iter().find(|(inherited, _)| *inherited == field)?;
            field_at(&self.above.entity, path)
        })
    }

    /// Returns the path of the array of records in an object above, if they are there.
    pub(crate) fn array(&self) -> Option<&'static str> {
        match self.branch.children {
            Children::Listed(_) => None,
            Children::Embedded { array, .. } => Some(array),
        }
    }

    /// Returns the request for what is below an object, to print it.
    pub(super) fn below(&self) -> Option<OktaRequest> {
        let Children::Listed([before, after]) = self.branch.children else { return None };
        let id = self.branch.id;
        Some(self.template.clone().at(format!("{before}{{{id}}}{after}")))
    }

    pub(super) fn digest(&self, hash: &mut Fnv) {
        hash.part("relation");
        hash.part(self.branch.name);
        hash.part(self.branch.id);
        hash.part(self.array().unwrap_or_default());
        if let Some(below) = self.below() {
            digest_request(&below, hash);
        }
    }
}

/// Plans the records below the objects of each branch.
pub(super) fn listings(query: &Query) -> Vec<Listing> {
    let conjuncts = conjuncts(query);
    let all = query.entity.object.branches();
    let turned = all.iter().find(|branch| is_fixed(query, branch, all, &conjuncts));
    let branches = all.iter().filter(|branch| match turned {
        Some(turned) => branch.turned == turned.turned,
        None => branch.turned.is_none(),
    });
    let descents = branches.map(|branch| Descent { query, branch, conjuncts: &conjuncts });
    descents.flat_map(|descent| descent.listings()).collect()
}

/// Returns all that every record must fulfil: what the filter says, and what follows for the parts of the key.
fn conjuncts(query: &Query) -> Vec<Predicate> {
    let entity = &query.entity;
    let mut all = query.predicate.conjuncts().to_vec();
    let At::Joined(names) = entity[entity.key()].at else { return all };
    let parts: Vec<_> = names.iter().filter_map(|name| entity.field(name)).collect();
    let keys = query.predicate.conjuncts().iter().filter_map(|conjunct| match conjunct {
        Predicate::Test(field, Check::OneOf(keys)) if *field == entity.key() => Some(keys),
        _ => None,
    });
    for keys in keys {
        let split = keys.iter().map(|key| key.written.split(':').collect::<Vec<_>>());
        let split: Vec<_> = split.filter(|texts| texts.len() == parts.len()).collect();
        for (index, field) in parts.iter().enumerate() {
            let texts = split.iter().map(|texts| texts[index]);
            all.push(Predicate::Test(*field, Check::OneOf(Text::exact(texts))));
        }
    }
    all
}

/// The number of objects that are asked for one by one, where a filter names them.
const MAX_FIXED: usize = 100;

/// Says whether a filter fixes the field by which a turned branch is chosen, and nothing is needed that this branch does
/// not tell.
fn is_fixed(query: &Query, branch: &Branch, all: &[Branch], conjuncts: &[Predicate]) -> bool {
    let Some(field) = branch.turned.and_then(|name| query.entity.field(name)) else { return false };
    let fixes = |conjunct: &Predicate| match conjunct {
        Predicate::Test(tested, Check::OneOf(values)) => {
            *tested == field && values.len() <= MAX_FIXED
        }
        _ => false,
    };
    conjuncts.iter().any(fixes) && all.iter().all(|branch| expansion(query, branch).is_none())
}

/// Returns the expansion that the fields of a question need.
fn expansion(query: &Query, branch: &Branch) -> Option<Expansion> {
    let expansion = branch.expansion?;
    let is_of_it = |field: FieldId| match query.entity[field].at {
        At::Origin(path) | At::Rules(path) => path == expansion.property,
        _ => false,
    };
    needed(query).into_iter().any(is_of_it).then_some(expansion)
}

/// Returns the fields that are delivered or tested.
fn needed(query: &Query) -> Vec<FieldId> {
    let mut needed = query.selected.clone();
    query.predicate.for_each_field(&mut |field| needed.push(field));
    needed
}

/// The way down one branch.
struct Descent<'a> {
    query: &'a Query,
    branch: &'static Branch,
    conjuncts: &'a [Predicate],
}

impl Descent<'_> {
    fn listings(&self) -> Vec<Listing> {
        let Some(above) = self.above() else { return Vec::new() };
        let plan = match self.branch.children {
            Children::Listed(_) => Plan::new(&above),
            Children::Embedded { .. } => Plan::listed(&above),
        };
        plan.listings.into_iter().map(|listing| self.listing(&above, listing)).collect()
    }

    /// Makes a listing of objects above the one of the records below them.
    fn listing(&self, above: &Query, listing: Listing) -> Listing {
        let part = listing.part;
        let relation = Relation {
            branch: self.branch,
            above: above.clone(),
            part,
            inherited: self.inherited().collect(),
            named: self.named(),
            expansion: expansion(self.query, self.branch),
            called: self.called(),
            template: self.template(),
            narrowed_here: self.query.predicate.conjuncts().iter().any(|it| !self.is_above(it)),
        };
        let ways = listing.ways.into_iter();
        let ways: Vec<_> = match self.branch.children {
            Children::Embedded { parameter: (name, value), .. } => ways
                .map(|way| {
                    let request = way.request.without("fields").with(name, value);
                    Way { request, narrowed_here: true, ..way }
                })
                .collect(),
            Children::Listed(_) => self.counting(ways.collect()),
        };
        let (part, relation) = (Predicate::everything(), Some(relation));
        Listing { ways, part, relation, ..listing }
    }

    /// Puts a way that tells how many records are below each object in front of the others. An index may know of a record
    /// later than `filter` does, so that an incremental flow asks for what is below each object that has changed.
    fn counting(&self, mut ways: Vec<Way>) -> Vec<Way> {
        let (Some(count), Some(first)) = (self.branch.count, ways.first()) else { return ways };
        let is_fresh = first.request.query().iter().any(|(name, _)| *name == FILTER);
        if first.shape == Shape::List && !is_fresh {
            let (name, value) = count.parameter;
            let request = first.request.clone().without("fields").with(name, value);
            let way = Way {
                request,
                shape: first.shape,
                id_path: first.id_path.clone(),
                narrowed_here: first.narrowed_here,
                cut: None,
                below: None,
                reason: "what is empty is not asked for",
            };
            ways.insert(0, way);
        }
        ways
    }

    /// Makes the question about the objects above; none if no record can pass below any.
    fn above(&self) -> Option<Query> {
        let entity = Entity::fixed(self.branch.parent);
        let named = self.named();
        let mut conditions = Vec::new();
        for conjunct in self.conjuncts {
            if named.is_some_and(|field| !conjunct.admits(field, self.branch.name)) {
                return None;
            }
            conditions.extend(self.translate(conjunct, &entity));
        }
        let paths = self.inherited().map(|(_, path)| path).chain(self.called());
        let paths = paths.chain(self.branch.closed.iter().map(|(path, _)| *path));
        let mut selected: Vec<_> = paths.filter_map(|path| field_at(&entity, path)).collect();
        // Where the id is another one than the key, all of the object is asked for.
        match field_at(&entity, self.branch.id) {
            Some(id) => selected.push(id),
            None => selected = entity.fields().map(|(id, _)| id).collect(),
        }
        let predicate = all_of(conditions);
        Some(Query {
            entity,
            asked: predicate.clone(),
            predicate,
            limit: None,
            selected,
            parents: Vec::new(),
            unknown: BTreeSet::new(),
            parallelism: Parallelism::InOrder,
        })
    }

    /// Returns the fields whose values are those of the object above, and the paths there.
    fn inherited(&self) -> impl Iterator<Item = (FieldId, &'static str)> {
        let entity = &self.query.entity;
        let mut fields = needed(self.query);
        if let At::Joined(names) = entity[entity.key()].at {
            fields.extend(names.iter().filter_map(|name| entity.field(name)));
        }
        fields.sort();
        fields.dedup();
        fields.into_iter().filter_map(|field| Some((field, self.path_above(field)?)))
    }

    /// Returns the path of a field in the object above, if it is there.
    fn path_above(&self, field: FieldId) -> Option<&'static str> {
        let at = &self.query.entity.object.fields.get(field.index())?.at;
        match (at, self.branch.turned) {
            (At::Above("id"), None) => Some(self.branch.id),
            (At::Above(path), None) => Some(path),
            (At::Record(Cow::Borrowed(path)), Some(_)) => Some(path),
            _ => None,
        }
    }

    /// Returns the field that names the branch.
    fn named(&self) -> Option<FieldId> {
        let fields = self.query.entity.object.fields;
        let field = fields.iter().find(|field| matches!(field.at, At::Branch))?;
        self.query.entity.field(&field.name)
    }

    /// Returns the path of the first property of an object above that is no id, for messages.
    fn called(&self) -> Option<&'static str> {
        self.query.entity.object.fields.iter().find_map(|field| match field.at {
            At::Above(path) if path != "id" && self.branch.turned.is_none() => Some(path),
            _ => None,
        })
    }

    /// Says whether a condition is one on the object above alone.
    fn is_above(&self, condition: &Predicate) -> bool {
        self.translate(condition, &Entity::fixed(self.branch.parent)).is_some()
    }

    /// Makes a condition on the object above of one on its records, if that is what it is.
    fn translate(&self, condition: &Predicate, entity: &Entity) -> Option<Predicate> {
        condition.translated(&|field| field_at(entity, self.path_above(field)?))
    }

    fn template(&self) -> OktaRequest {
        let endpoint = &self.query.entity.object.endpoint;
        let mut request = OktaRequest::list(String::new());
        if let Some(Expansion { parameter: (name, value), .. }) = expansion(self.query, self.branch)
        {
            request = request.with(name, value);
        }
        match self.branch.page_size.or(endpoint.page_size) {
            Some(page_size) => request.with_limit(page_size),
            None => request,
        }
    }
}

/// Finds the field at a path of Okta's JSON.
fn field_at(entity: &Entity, path: &str) -> Option<FieldId> {
    let mut fields = entity.fields();
    fields.find(|(_, field)| matches!(&field.at, At::Record(at) if at == path)).map(|(id, _)| id)
}
