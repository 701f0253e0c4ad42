//! The syntax tree of the language. Every node carries its span.

use crate::addr::Name;
use crate::diag::Span;
use crate::value::Value;

/// A name in the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Ident {
    pub name: Name,
    pub span: Span,
}

/// Content of a file or block, in source order.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    pub attributes: Vec<Attribute>,
    pub blocks: Vec<Block>,
    pub span: Span,
    /// JSON bodies hold nested blocks as attributes; the schema tells them apart.
    pub json: bool,
}

impl Body {
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| &*a.name.name == name)
    }

    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |b| &*b.kind.name == kind)
    }
}

/// `name = expression`
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    pub name: Ident,
    pub expr: Expr,
    pub span: Span,
}

/// `kind "label" { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub kind: Ident,
    pub labels: Vec<Ident>,
    pub body: Body,
    /// From the kind to the last label: what an error message underlines.
    pub header: Span,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// Null, bool, number, or text without interpolation.
    Literal(Value),
    Template(Vec<Part>),
    /// `root.step[0].*.step`: a name and what follows it.
    Traversal(Ident, Vec<Access>),
    /// Steps into the result of another expression.
    Access(Box<Expr>, Vec<Access>),
    Call(Call),
    Tuple(Vec<Expr>),
    Object(Vec<(ObjectKey, Expr)>),
    For(Box<ForExpr>),
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    Parens(Box<Expr>),
}

/// One step of a traversal.
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    Attr(Ident),
    Index(Expr),
    /// `.0`
    LegacyIndex(u64, Span),
    /// `.*`: applies to the attribute steps that follow it.
    AttrSplat(Span),
    /// `[*]`: applies to all steps that follow it.
    FullSplat(Span),
}

impl Access {
    pub fn span(&self) -> Span {
        match self {
            Self::Attr(i) => i.span,
            Self::Index(e) => e.span,
            Self::LegacyIndex(_, s) | Self::AttrSplat(s) | Self::FullSplat(s) => *s,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// With its namespace: `cidrsubnet`, `core::cidrsubnet`, `provider::aws::arn_parse`.
    pub name: Ident,
    pub args: Vec<Expr>,
    /// `f(list...)`
    pub expand_last: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ObjectKey {
    /// `name = …`: the name itself, not a reference.
    Name(Ident),
    Expr(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub struct ForExpr {
    pub key_var: Option<Ident>,
    pub value_var: Ident,
    pub collection: Expr,
    /// `{for … : key => value}`; `None` makes a tuple.
    pub key: Option<Expr>,
    pub value: Expr,
    pub condition: Option<Expr>,
    /// `=> value...`
    pub grouping: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Neg,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Eq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    And,
    Or,
}

/// A part of a template. Strip markers and heredoc indentation are already applied.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Text(Name, Span),
    Interpolation(Expr),
    If { condition: Expr, then: Vec<Part>, otherwise: Vec<Part>, span: Span },
    For { key_var: Option<Ident>, value_var: Ident, collection: Expr, body: Vec<Part>, span: Span },
}

impl Part {
    pub fn span(&self) -> Span {
        match self {
            Self::Text(_, span) | Self::If { span, .. } | Self::For { span, .. } => *span,
            Self::Interpolation(expr) => expr.span,
        }
    }
}

impl Expr {
    /// The traversal that the expression is, where it is nothing else: what `depends_on` and `ignore_changes` take.
    pub fn as_traversal(&self) -> Option<(&Ident, &[Access])> {
        match &self.kind {
            ExprKind::Traversal(root, steps) => Some((root, steps)),
            ExprKind::Parens(inner) => inner.as_traversal(),
            _ => None,
        }
    }

    /// The text of a literal string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Literal(value) => value.as_str(),
            _ => None,
        }
    }

    /// Where the expression begins: its first word or sign, of a text what stands behind the quote.
    pub fn start(&self) -> Span {
        let bracket = Span { end: self.span.start + 1, ..self.span };
        match &self.kind {
            ExprKind::Literal(value) => match value.as_str() {
                Some(_) if self.span.end - self.span.start > 1 => {
                    Span { start: self.span.start + 1, end: self.span.end - 1, ..self.span }
                }
                _ => self.span,
            },
            ExprKind::Template(parts) => match parts.first() {
                Some(Part::Text(_, span) | Part::If { span, .. } | Part::For { span, .. }) => *span,
                Some(Part::Interpolation(inner)) => inner.start(),
                None => self.span,
            },
            ExprKind::Traversal(..) => self.span,
            ExprKind::Access(inner, _) => inner.start(),
            ExprKind::Call(call) => call.name.span,
            ExprKind::Tuple(_) | ExprKind::Object(_) | ExprKind::For(_) | ExprKind::Unary(..) | ExprKind::Parens(_) => {
                bracket
            }
            ExprKind::Binary(_, first, _) | ExprKind::Conditional(first, ..) => first.start(),
        }
    }

    /// Calls `f` for every function call in the expression.
    pub fn calls<'a>(&'a self, f: &mut impl FnMut(&'a Call)) {
        if let ExprKind::Call(call) = &self.kind {
            f(call);
        }
        self.children(&mut |inner| inner.calls(f));
    }

    /// Calls `f` for every traversal in the expression that starts at a name not bound by an enclosing `for`.
    pub fn references<'a>(&'a self, f: &mut impl FnMut(&'a Ident, &'a [Access])) {
        visit(self, &mut Vec::new(), f);
    }
}

impl Expr {
    /// Calls `f` for every expression directly within this one, in the order of the source.
    pub fn children<'a>(&'a self, f: &mut dyn FnMut(&'a Expr)) {
        match &self.kind {
            ExprKind::Literal(_) => {}
            ExprKind::Template(parts) => parts_children(parts, f),
            ExprKind::Traversal(_, steps) => steps_children(steps, f),
            ExprKind::Access(inner, steps) => {
                f(inner);
                steps_children(steps, f);
            }
            ExprKind::Call(call) => call.args.iter().for_each(f),
            ExprKind::Tuple(items) => items.iter().for_each(f),
            ExprKind::Object(items) => {
                for (key, value) in items {
                    if let ObjectKey::Expr(key) = key {
                        f(key);
                    }
                    f(value);
                }
            }
            ExprKind::For(e) => {
                f(&e.collection);
                e.key.iter().chain([&e.value]).chain(&e.condition).for_each(f);
            }
            ExprKind::Unary(_, inner) | ExprKind::Parens(inner) => f(inner),
            ExprKind::Binary(_, a, b) => [a, b].into_iter().for_each(|e| f(e)),
            ExprKind::Conditional(a, b, c) => [a, b, c].into_iter().for_each(|e| f(e)),
        }
    }
}

fn steps_children<'a>(steps: &'a [Access], f: &mut dyn FnMut(&'a Expr)) {
    for step in steps {
        if let Access::Index(e) = step {
            f(e);
        }
    }
}

fn parts_children<'a>(parts: &'a [Part], f: &mut dyn FnMut(&'a Expr)) {
    for part in parts {
        match part {
            Part::Text(..) => {}
            Part::Interpolation(e) => f(e),
            Part::If { condition, then, otherwise, .. } => {
                f(condition);
                parts_children(then, f);
                parts_children(otherwise, f);
            }
            Part::For { collection, body, .. } => {
                f(collection);
                parts_children(body, f);
            }
        }
    }
}

fn visit<'a>(expr: &'a Expr, bound: &mut Vec<&'a Name>, f: &mut impl FnMut(&'a Ident, &'a [Access])) {
    match &expr.kind {
        ExprKind::Literal(_) => {}
        ExprKind::Template(parts) => visit_parts(parts, bound, f),
        ExprKind::Traversal(root, steps) => {
            if !bound.contains(&&root.name) {
                f(root, steps);
            }
            visit_steps(steps, bound, f);
        }
        ExprKind::Access(inner, steps) => {
            visit(inner, bound, f);
            visit_steps(steps, bound, f);
        }
        ExprKind::Call(call) => {
            // The names in a type are no references.
            let values = if call.name.name.trim_start_matches("core::") == "convert" { 1 } else { call.args.len() };
            call.args.iter().take(values).for_each(|a| visit(a, bound, f));
        }
        ExprKind::Tuple(items) => items.iter().for_each(|e| visit(e, bound, f)),
        ExprKind::Object(items) => {
            for (key, value) in items {
                if let ObjectKey::Expr(key) = key {
                    visit(key, bound, f);
                }
                visit(value, bound, f);
            }
        }
        ExprKind::For(e) => {
            visit(&e.collection, bound, f);
            let depth = bound.len();
            bound.extend(e.key_var.as_ref().map(|k| &k.name));
            bound.push(&e.value_var.name);
            e.key.iter().chain([&e.value]).chain(&e.condition).for_each(|e| visit(e, bound, f));
            bound.truncate(depth);
        }
        ExprKind::Unary(_, inner) | ExprKind::Parens(inner) => visit(inner, bound, f),
        ExprKind::Binary(_, a, b) => {
            visit(a, bound, f);
            visit(b, bound, f);
        }
        ExprKind::Conditional(a, b, c) => [a, b, c].into_iter().for_each(|e| visit(e, bound, f)),
    }
}

fn visit_steps<'a>(steps: &'a [Access], bound: &mut Vec<&'a Name>, f: &mut impl FnMut(&'a Ident, &'a [Access])) {
    for step in steps {
        if let Access::Index(e) = step {
            visit(e, bound, f);
        }
    }
}

fn visit_parts<'a>(parts: &'a [Part], bound: &mut Vec<&'a Name>, f: &mut impl FnMut(&'a Ident, &'a [Access])) {
    for part in parts {
        match part {
            Part::Text(..) => {}
            Part::Interpolation(e) => visit(e, bound, f),
            Part::If { condition, then, otherwise, .. } => {
                visit(condition, bound, f);
                visit_parts(then, bound, f);
                visit_parts(otherwise, bound, f);
            }
            Part::For { key_var, value_var, collection, body, .. } => {
                visit(collection, bound, f);
                let depth = bound.len();
                bound.extend(key_var.as_ref().map(|k| &k.name));
                bound.push(&value_var.name);
                visit_parts(body, bound, f);
                bound.truncate(depth);
            }
        }
    }
}
