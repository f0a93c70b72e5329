//! Lists in the documentation are generated, and the catalogue is the managed connector's table.

use crate::support::top;
use appflow_connector::entity::Operator;
use expect_test::expect_file;
use okta_connector::catalogue::{Kind, OBJECTS, Object};

#[test]
fn objects_page_is_current() {
    expect_file![top().join("docs/OBJECTS.md")].assert_eq(&okta_connector::docs::objects());
}

/// entity, field, label, data_type, operators, okta_path
fn managed_rows() -> Vec<[String; 6]> {
    include_str!("../data/managed-connector-fields.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let columns: Vec<String> = line.split(',').map(str::to_owned).collect();
            columns.try_into().unwrap()
        })
        .collect()
}

#[test]
fn the_catalogue_holds_every_row_of_the_managed_connector() {
    let rows = managed_rows();
    assert_eq!(rows.len(), 115);
    for [entity, name, label, data_type, operators, path] in rows {
        let object = Object::find(&entity).unwrap();
        let field = object.field(&name).unwrap_or_else(|| panic!("{entity}.{name} is missing"));
        assert_eq!(field.label, label, "{entity}.{name}");
        assert_eq!(format!("{:?}", field.data_type()), data_type, "{entity}.{name}");
        if field.kind != Kind::RequestOnly {
            assert_eq!(field.path, path, "{entity}.{name}");
        }
        let offered: Vec<_> = field.operators().iter().map(|&operator| operator.name()).collect();
        for operator in operators.split_whitespace() {
            assert!(offered.contains(&operator), "{entity}.{name} lacks {operator}");
        }
        assert!(!offered.contains(&Operator::Projection.name()));
    }
}

#[test]
fn fields_stand_in_the_order_of_the_managed_connector() {
    let rows = managed_rows();
    for object in OBJECTS {
        let expected = rows.iter().filter(|row| row[0] == object.name).map(|row| row[1].as_str());
        let found = object.fields.iter().map(|field| field.name);
        assert!(found.eq(expected), "{}", object.name);
    }
}
