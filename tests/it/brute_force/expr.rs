//! The expression tree of the oracle, and its many spellings in AppFlow's filter language.

use super::decimal::Decimal;
use super::fields::Comparison;
use super::instant::Instant;

/// A literal, of the type of the field it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    Null,
    Text(String),
    Instant(Instant),
    Boolean(bool),
    Number(Decimal),
}

impl Literal {
    /// Makes a text. Backslashes at its end are cut off, since the language cannot close such a string.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.trim_end_matches('\\').to_owned())
    }
}

/// The condition of a filter, as a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expr {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Compare { field: String, comparison: Comparison, literal: Literal },
    Contains { field: String, literal: Literal },
    Between { field: String, low: Literal, high: Literal },
    In { field: String, literals: Vec<Literal> },
}

impl Expr {
    pub(crate) fn and(left: Self, right: Self) -> Self {
        Self::And(Box::new(left), Box::new(right))
    }

    pub(crate) fn or(left: Self, right: Self) -> Self {
        Self::Or(Box::new(left), Box::new(right))
    }

    pub(crate) fn negated(inner: Self) -> Self {
        Self::Not(Box::new(inner))
    }

    /// Returns the names of its fields, as often as they occur.
    pub(crate) fn fields(&self) -> Vec<&str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                [left.fields(), right.fields()].concat()
            }
            Self::Not(inner) => inner.fields(),
            Self::Compare { field, .. }
            | Self::Contains { field, .. }
            | Self::Between { field, .. }
            | Self::In { field, .. } => vec![field.as_str()],
        }
    }

    /// Writes one of its spellings; the seed chooses.
    pub(crate) fn to_filter_text(&self, style_seed: u64) -> String {
        let mut printer = Printer::new(style_seed);
        printer.expr(self, Level::Or);
        printer.join()
    }
}

/// The group and the user that a listing of applications is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) group_id: Option<String>,
    pub(crate) user_id: Option<String>,
}

impl Assignment {
    /// Returns `groupId = "…"` and `userId = "…"`, as far as they are asked for.
    fn conjuncts(&self) -> Vec<Expr> {
        let asked = [("groupId", &self.group_id), ("userId", &self.user_id)];
        let conjunct = |(field, id): (&str, &Option<String>)| {
            let literal = Literal::text(id.as_ref()?);
            Some(Expr::Compare { field: field.to_owned(), comparison: Comparison::Equal, literal })
        };
        asked.into_iter().filter_map(conjunct).collect()
    }
}

/// A whole filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) expr: Option<Expr>,
    pub(crate) limit: Option<u64>,
}

impl Filter {
    /// Writes one of its spellings, `None` for no filter at all. The assignment is a conjunct at the top.
    pub(crate) fn to_filter_text(&self, assignment: &Assignment, seed: u64) -> Option<String> {
        let mut printer = Printer::new(seed);
        let mut conjuncts = assignment.conjuncts();
        conjuncts.extend(self.expr.clone());
        if conjuncts.is_empty() && self.limit.is_none() {
            return None;
        }
        let turn = printer.pick(conjuncts.len().max(1));
        conjuncts.rotate_left(turn);
        if let Some(whole) = conjuncts.into_iter().reduce(Expr::and) {
            printer.expr(&whole, Level::Or);
        }
        if let Some(limit) = self.limit {
            printer.keyword(["LIMIT", "limit"]);
            printer.push(Class::Number, &limit.to_string());
        }
        Some(printer.join())
    }
}

/// The tightness with which an expression binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Primary,
}

fn level(expr: &Expr) -> Level {
    match expr {
        Expr::Or(..) => Level::Or,
        Expr::And(..) => Level::And,
        Expr::Not(_) => Level::Not,
        _ => Level::Primary,
    }
}

/// The needs of a token next to its neighbours: a word runs together with a word or a number after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Number,
    Sign,
}

/// The place of a literal: booleans may be bare only after `=` and `!=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Equation,
    Elsewhere,
}

/// A printer, which writes tokens and chooses among their spellings.
struct Printer {
    state: u64,
    tokens: Vec<(Class, String)>,
}

impl Printer {
    fn new(seed: u64) -> Self {
        Self { state: seed, tokens: Vec::new() }
    }

    /// Draws a number below `count`, by the generator known as splitmix64.
    fn pick(&mut self, count: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % count as u64).expect("it is below a usize")
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.pick(count) == 0
    }

    fn choose<'a>(&mut self, spellings: &[&'a str]) -> &'a str {
        spellings[self.pick(spellings.len())]
    }

    fn push(&mut self, class: Class, text: &str) {
        self.tokens.push((class, text.to_owned()));
    }

    fn keyword(&mut self, spellings: [&str; 2]) {
        let word = self.choose(&spellings);
        self.push(Class::Word, word);
    }

    /// Writes the expression, in parentheses if it binds less tightly than its place wants, and now
    /// and then if it does not.
    fn expr(&mut self, expr: &Expr, place: Level) {
        let mut parentheses = usize::from(level(expr) < place);
        while self.one_in(7) {
            parentheses += 1;
        }
        (0..parentheses).for_each(|_| self.push(Class::Sign, "("));
        self.bare_expr(expr);
        (0..parentheses).for_each(|_| self.push(Class::Sign, ")"));
    }

    fn bare_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::And(left, right) => {
                self.expr(left, Level::And);
                self.keyword(["AND", "and"]);
                self.expr(right, Level::And);
            }
            Expr::Or(left, right) => {
                self.expr(left, Level::Or);
                self.keyword(["OR", "or"]);
                self.expr(right, Level::Or);
            }
            Expr::Not(inner) => {
                self.keyword(["NOT", "not"]);
                self.expr(inner, Level::Not);
            }
            Expr::Compare { field, comparison, literal } => {
                self.comparison(field, *comparison, literal);
            }
            Expr::Contains { field, literal } => {
                self.push(Class::Word, field);
                self.keyword(["CONTAINS", "contains"]);
                self.literal(literal, Place::Elsewhere);
            }
            Expr::Between { field, low, high } => self.between(field, low, high),
            Expr::In { field, literals } => self.membership(field, literals),
        }
    }

    fn comparison(&mut self, field: &str, comparison: Comparison, literal: &Literal) {
        let (sign, place) = match comparison {
            Comparison::Equal => ("=", Place::Equation),
            Comparison::NotEqual => ("!=", Place::Equation),
            Comparison::Less => ("<", Place::Elsewhere),
            Comparison::LessOrEqual => ("<=", Place::Elsewhere),
            Comparison::Greater => (">", Place::Elsewhere),
            Comparison::GreaterOrEqual => (">=", Place::Elsewhere),
        };
        self.push(Class::Word, field);
        // A bare field is a comparison with true.
        let is_truth = (comparison, literal) == (Comparison::Equal, &Literal::Boolean(true));
        if is_truth && self.one_in(4) {
            return;
        }
        self.push(Class::Sign, sign);
        self.literal(literal, place);
    }

    fn between(&mut self, field: &str, low: &Literal, high: &Literal) {
        self.push(Class::Word, field);
        self.keyword(["BETWEEN", "between"]);
        self.literal(low, Place::Elsewhere);
        self.keyword(["AND", "and"]);
        self.literal(high, Place::Elsewhere);
    }

    fn membership(&mut self, field: &str, literals: &[Literal]) {
        self.push(Class::Word, field);
        self.keyword(["IN", "in"]);
        for (position, literal) in literals.iter().enumerate() {
            self.push(Class::Sign, if position == 0 { "(" } else { "," });
            self.literal(literal, Place::Elsewhere);
        }
        self.push(Class::Sign, ")");
    }

    fn literal(&mut self, literal: &Literal, place: Place) {
        match literal {
            Literal::Null => self.push(Class::Word, "null"),
            Literal::Text(text) => self.text(text, place),
            Literal::Instant(instant) => self.instant(instant),
            Literal::Number(number) => self.number(number),
            Literal::Boolean(true) => self.boolean(["TRUE", "True", "true"], place),
            Literal::Boolean(false) => self.boolean(["FALSE", "False", "false"], place),
        }
    }

    /// Writes a text, quoted, or bare where it happens to be a token of its own and the dice say so.
    fn text(&mut self, text: &str, place: Place) {
        let bare = match text {
            "true" | "false" if place == Place::Equation => Some(Class::Word),
            _ if is_number(text) || is_date(text) => Some(Class::Number),
            _ => None,
        };
        match bare {
            Some(class) if self.one_in(2) => self.push(class, text),
            _ => self.quoted(text),
        }
    }

    fn boolean(&mut self, spellings: [&str; 3], place: Place) {
        let word = self.choose(&spellings);
        match place {
            Place::Equation if self.one_in(2) => self.push(Class::Word, word),
            _ => self.quoted(word),
        }
    }

    /// Writes a number: as it is counted, with zeros that change nothing, or with an exponent, which the language
    /// knows in quotes alone.
    fn number(&mut self, number: &Decimal) {
        let Some(plain) = number.plain().filter(|_| !self.one_in(6)) else {
            let scientific = number.scientific();
            let spelled = if self.one_in(2) { scientific.to_uppercase() } else { scientific };
            return self.quoted(&spelled);
        };
        let zeros = "0".repeat([0, 0, 0, 1, 20][self.pick(5)]);
        let ending = match plain.contains('.') {
            true => zeros,
            false if zeros.is_empty() => zeros,
            false => format!(".{zeros}"),
        };
        self.bare_or_quoted(&format!("{plain}{ending}"));
    }

    fn instant(&mut self, instant: &Instant) {
        if let Some(date) = instant.date().filter(|_| self.one_in(2)) {
            return self.bare_or_quoted(&date);
        }
        let wanted = [0, 0, 0, 120, -420, 330, -1][self.pick(7)];
        let minutes = if instant.local(wanted).is_some() { wanted } else { 0 };
        let local = instant.local(minutes).expect("a year of four digits");
        let local = local + &self.fraction(instant.fraction());
        if minutes == 0 && !self.one_in(4) {
            return self.bare_or_quoted(&format!("{local}Z"));
        }
        let (sign, ahead) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
        self.quoted(&format!("{local}{sign}{:02}:{:02}", ahead / 60, ahead % 60));
    }

    /// Writes the digits after the point, with some zeros that change nothing.
    fn fraction(&mut self, digits: &str) -> String {
        let zeros = "0".repeat([0, 0, 3, 6, 9, 12][self.pick(6)]);
        if digits.is_empty() && zeros.is_empty() {
            return String::new();
        }
        format!(".{digits}{zeros}")
    }

    fn bare_or_quoted(&mut self, text: &str) {
        if self.one_in(2) { self.push(Class::Number, text) } else { self.quoted(text) }
    }

    /// Writes a string literal. The quote around it is always escaped in it; the other quote and a
    /// backslash only now and then where they would not be misread without.
    fn quoted(&mut self, text: &str) {
        assert!(!text.ends_with('\\'), "the language cannot close a string after a backslash");
        let quote = if self.one_in(2) { '\'' } else { '"' };
        let mut token = String::from(quote);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let escaped = match (character, characters.peek()) {
                (c, _) if c == quote => true,
                ('\\', Some('\\' | '\'' | '"')) => true,
                ('\\' | '\'' | '"', _) => self.one_in(2),
                _ => false,
            };
            token.extend(escaped.then_some('\\'));
            token.push(character);
        }
        token.push(quote);
        self.push(Class::Sign, &token);
    }

    /// Joins the tokens with white space between them: some where it must be, and often elsewhere.
    fn join(mut self) -> String {
        let tokens = std::mem::take(&mut self.tokens);
        let mut text = self.edge();
        let mut before = Class::Sign;
        for (class, token) in tokens {
            text += self.gap(before, class);
            text += &token;
            before = class;
        }
        text + &self.edge()
    }

    fn gap(&mut self, before: Class, class: Class) -> &'static str {
        match (before, class) {
            (Class::Word, Class::Word | Class::Number) => {
                self.choose(&[" ", " ", " ", "  ", "\t", "\n", "\r\n", "\u{c}"])
            }
            _ => self.choose(&["", "", " ", " ", " ", "  ", "\t", "\n"]),
        }
    }

    fn edge(&mut self) -> String {
        self.choose(&["", "", "", "", " ", "\n"]).to_owned()
    }
}

/// Says whether a text is a number of the language: digits, a sign before and a fraction after at most.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && Instant::parse(text).is_some()
}
