//! One page of Okta, over and over.

fn main() {}
