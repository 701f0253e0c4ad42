//! The tree of `hcl_edit` to our own.
//!
//! Knows nothing of syntax errors but those that `hcl_edit` lets pass.

use std::ops::Range;

use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr as EditFor, FuncCall, ObjectKey as EditKey, TraversalOperator, UnaryOperator,
};
use hcl_edit::structure::{BlockLabel, Body as EditBody, Structure};
use hcl_edit::template::Template;
use hcl_edit::{Decorated, Ident as EditIdent, Span as _};

use crate::diag::{Diagnostic, Diagnostics, SourceId, Span};
use crate::value::{Number, Type, Value};

use super::ast::*;
use super::explain::Problem;
use super::grammar;
use super::scan::is_word;
use super::template;

/// Each splat of an expression is evaluated within the one before it.
const MAX_SPLATS: usize = 64;

/// Converts trees of one text; `base` is where the text begins in its source.
pub(super) struct Converter<'a> {
    source: SourceId,
    text: &'a str,
    base: usize,
    pub diagnostics: Diagnostics,
    /// Whether a quoted string was read beyond its end: what follows it must be read anew.
    pub overrun: bool,
}

impl<'a> Converter<'a> {
    pub fn new(source: SourceId, text: &'a str, base: usize) -> Self {
        Self { source, text, base, diagnostics: Diagnostics::new(), overrun: false }
    }

    pub fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        Span::new(self.source, self.base + range.start..self.base + range.end)
    }

    /// The text at a range of `hcl_edit`.
    pub fn text(&self, range: Option<Range<usize>>) -> &'a str {
        range.and_then(|r| self.text.get(r)).unwrap_or("")
    }

    pub fn body(&mut self, body: &EditBody, range: Range<usize>) -> Body {
        let mut out = Body { attributes: Vec::new(), blocks: Vec::new(), span: self.span(Some(range)), json: false };
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = self.ident(&attribute.key);
                    let expr = self.expr(&attribute.value);
                    out.attributes.push(Attribute { span: name.span.to(expr.span), name, expr });
                }
                Structure::Block(block) => {
                    let kind = self.ident(&block.ident);
                    let labels: Vec<Ident> = block.labels.iter().map(|l| self.label(l)).collect();
                    let header = labels.last().map_or(kind.span, |l| kind.span.to(l.span));
                    let range = block.span().unwrap_or(0..0);
                    let inner = header.end as usize - self.base..range.end;
                    let open = self.text.get(inner.clone()).and_then(|t| t.find('{')).unwrap_or(0);
                    let body = self.body(&block.body, inner.start + open..range.end);
                    out.blocks.push(Block { kind, labels, body, header, span: self.span(Some(range)) });
                }
            }
        }
        out
    }

    fn label(&mut self, label: &BlockLabel) -> Ident {
        match label {
            BlockLabel::Ident(ident) => self.ident(ident),
            BlockLabel::String(text) => {
                self.refuse_newline(text.span());
                Ident { name: text.as_str().into(), span: self.span(text.span()) }
            }
        }
    }

    pub fn ident(&self, ident: &Decorated<EditIdent>) -> Ident {
        Ident { name: ident.as_str().into(), span: self.span(ident.span()) }
    }

    pub fn expr(&mut self, expr: &Expression) -> Expr {
        let range = expr.span();
        let kind = match expr {
            Expression::Null(_) => ExprKind::Literal(Value::null(Type::Dynamic)),
            Expression::Bool(b) => ExprKind::Literal((*b.value()).into()),
            Expression::Number(_) => ExprKind::Literal(self.number(range.clone())),
            Expression::String(text) => {
                self.refuse_newline(range.clone());
                ExprKind::Literal(Value::text(text.as_str()))
            }
            Expression::Array(items) => ExprKind::Tuple(items.iter().map(|e| self.expr(e)).collect()),
            Expression::Object(object) => {
                ExprKind::Object(object.iter().map(|(k, v)| (self.key(k), self.expr(v.expr()))).collect())
            }
            Expression::StringTemplate(parts) => {
                let mut tokens = Vec::new();
                for element in parts.iter() {
                    if element.as_literal().is_some() {
                        self.refuse_newline(element.span());
                    }
                    template::flatten(self, element, template::Mode::Quoted, &mut tokens);
                }
                template::build(tokens, false)
            }
            Expression::HeredocTemplate(heredoc) => {
                let mut tokens = Vec::new();
                for element in heredoc.template.iter() {
                    template::flatten(self, element, template::Mode::Lines, &mut tokens);
                }
                template::build(tokens, self.text(range.clone()).starts_with("<<-"))
            }
            Expression::Parenthesis(inner) => ExprKind::Parens(Box::new(self.expr(inner.inner()))),
            Expression::Variable(name) => ExprKind::Traversal(self.ident_or(name, range.clone()), Vec::new()),
            Expression::Conditional(c) => ExprKind::Conditional(
                Box::new(self.expr(&c.cond_expr)),
                Box::new(self.expr(&c.true_expr)),
                Box::new(self.expr(&c.false_expr)),
            ),
            Expression::FuncCall(call) => self.call(call),
            Expression::Traversal(traversal) => {
                let steps: Vec<Access> = traversal.operators.iter().map(|o| self.access(o)).collect();
                self.refuse_steps(&steps);
                match &traversal.expr {
                    Expression::Variable(name) => ExprKind::Traversal(self.ident(name), steps),
                    other => {
                        let inner = self.expr(other);
                        self.refuse_index_of_number(&inner, &steps);
                        ExprKind::Access(Box::new(inner), steps)
                    }
                }
            }
            Expression::UnaryOp(op) => {
                let operator = match op.operator.value() {
                    UnaryOperator::Neg => UnaryOp::Neg,
                    UnaryOperator::Not => UnaryOp::Not,
                };
                ExprKind::Unary(operator, Box::new(self.expr(&op.expr)))
            }
            Expression::BinaryOp(op) => {
                let (lhs, rhs) = (self.expr(&op.lhs_expr), self.expr(&op.rhs_expr));
                let span = lhs.span.to(rhs.span);
                let kind = ExprKind::Binary(binary(*op.operator.value()), Box::new(lhs), Box::new(rhs));
                return Expr { kind, span };
            }
            Expression::ForExpr(e) => self.for_expr(e),
        };
        Expr { kind, span: self.span(range) }
    }

    fn ident_or(&self, ident: &Decorated<EditIdent>, range: Option<Range<usize>>) -> Ident {
        Ident { name: ident.as_str().into(), span: self.span(ident.span().or(range)) }
    }

    /// The digits are read from the source: `hcl_edit` itself keeps no more than a float of them.
    fn number(&mut self, range: Option<Range<usize>>) -> Value {
        let digits: String = self.text(range.clone()).chars().filter(|c| !c.is_whitespace()).collect();
        digits.parse::<Number>().map(Value::from).unwrap_or_else(|_| {
            self.diagnostics.push(
                Diagnostic::error("Invalid number literal", "The number has too many digits or too great an exponent.")
                    .at(self.span(range)),
            );
            Value::from(0)
        })
    }

    /// Quoted strings end on their line; `hcl_edit` would read on.
    fn refuse_newline(&mut self, range: Option<Range<usize>>) {
        let text = self.text(range.clone());
        if let (Some(at), Some(range)) = (text.find('\n'), range) {
            self.overrun = true;
            let end = range.start + text[..at].trim_end_matches('\r').len();
            self.diagnostics.push(
                Diagnostic::error(
                    "Invalid multi-line string",
                    "Quoted strings may not be split over multiple lines. To produce a multi-line string, either use the \
                     \\n escape to represent a newline character or use the \"heredoc\" multi-line template syntax.",
                )
                .at(self.span(Some(range.start..end)))
                .hint("Close the string with a double quote, write \\n for a line break, or use a heredoc (<<EOT)."),
            );
        }
    }

    /// Text of a quoted template, from the source.
    pub fn unescape(&mut self, range: Option<Range<usize>>) -> String {
        self.refuse_newline(range.clone());
        let start = range.as_ref().map_or(0, |r| r.start);
        let text = self.text(range);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(rest) = text.get(at..)
            && let Some(c) = rest.chars().next()
        {
            if rest.starts_with("$${") || rest.starts_with("%%{") {
                out.push_str(&rest[1..3]);
                at += 3;
                continue;
            }
            if c == '"' {
                // The string ends here, and with it the template.
                let problem = Problem::new(
                    "Unexpected end of template",
                    "The string ends before the directive in it.",
                    start + at..start + at + 1,
                );
                self.diagnostics.push(problem.diagnostic(self.source, self.base));
                self.overrun = true;
                return out;
            }
            let (c, len) = match c {
                '\\' => grammar::escape(rest).unwrap_or_else(|| {
                    let problem = grammar::bad_escape(rest, start + at);
                    self.diagnostics.push(problem.diagnostic(self.source, self.base));
                    (c, 1)
                }),
                c => (c, c.len_utf8()),
            };
            out.push(c);
            at += len;
        }
        out
    }

    /// The keyword of a directive is a word of its own; `hcl_edit` would take `%{ifx}` for `%{if x}`.
    pub fn refuse_glued(&mut self, directive: Option<Range<usize>>, keyword: &str) {
        let Some(start) = directive.as_ref().map(|r| r.start) else { return };
        let text = self.text(directive);
        let rest = text.trim_start_matches(['%', '{', '~']).trim_start();
        let word = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
        if word.len() > keyword.len() && word.starts_with(keyword) {
            let start = start + text.len() - rest.len();
            self.diagnostics.push(
                Diagnostic::error(
                    "Invalid template control keyword",
                    format!("\"{word}\" is not a keyword of templates."),
                )
                .at(self.span(Some(start..start + word.len())))
                .hint(format!("Put a blank behind \"{keyword}\".")),
            );
        }
    }

    fn key(&mut self, key: &EditKey) -> ObjectKey {
        match key {
            // From the source: a repeated key was renamed for the parser.
            EditKey::Ident(ident) => {
                let range = ident.span();
                ObjectKey::Name(Ident { name: self.text(range.clone()).into(), span: self.span(range) })
            }
            EditKey::Expression(Expression::String(text)) => {
                let range = text.span();
                let source = self.text(range.clone());
                let text = match hcl_edit::parser::parse_expr(source) {
                    Ok(Expression::String(text)) => text.value().clone(),
                    _ => text.value().clone(),
                };
                self.refuse_newline(range.clone());
                ObjectKey::Expr(Expr { kind: ExprKind::Literal(Value::text(text)), span: self.span(range) })
            }
            EditKey::Expression(e @ (Expression::Null(_) | Expression::Bool(_))) => {
                let range = e.span();
                ObjectKey::Name(Ident { name: self.text(range.clone()).into(), span: self.span(range) })
            }
            EditKey::Expression(e) => ObjectKey::Expr(self.expr(e)),
        }
    }

    fn call(&mut self, call: &FuncCall) -> ExprKind {
        let mut name = String::new();
        let mut span = self.span(call.name.name.span());
        for part in call.name.namespace.iter().rev() {
            span = self.span(part.span()).to(span);
        }
        for part in &call.name.namespace {
            name.push_str(part.as_str());
            name.push_str("::");
        }
        name.push_str(call.name.name.as_str());
        let args = call.args.iter().map(|a| self.expr(a)).collect();
        ExprKind::Call(Call { name: Ident { name: name.into(), span }, args, expand_last: call.args.expand_final() })
    }

    fn access(&mut self, operator: &Decorated<TraversalOperator>) -> Access {
        match operator.value() {
            TraversalOperator::GetAttr(name) => Access::Attr(self.ident(name)),
            TraversalOperator::Index(e) => {
                let mut expr = self.expr(e);
                // With its brackets, so that a reference is underlined to its end.
                if let Some(range) = operator.span() {
                    expr.span = self.span(Some(range));
                }
                Access::Index(expr)
            }
            TraversalOperator::LegacyIndex(n) => Access::LegacyIndex(*n.value(), self.span(n.span())),
            TraversalOperator::AttrSplat(s) => Access::AttrSplat(self.span(operator.span().or(s.span()))),
            TraversalOperator::FullSplat(s) => Access::FullSplat(self.span(operator.span().or(s.span()))),
        }
    }

    /// `1.2.3`: the parser takes the last part for an index.
    fn refuse_index_of_number(&mut self, inner: &Expr, steps: &[Access]) {
        if let (ExprKind::Literal(value), Some(Access::LegacyIndex(_, step))) = (&inner.kind, steps.first())
            && value.as_number().is_some()
        {
            let detail = "Failed to recognize the value of this number literal.";
            self.diagnostics.push(Diagnostic::error("Invalid number literal", detail).at(inner.span.to(*step)));
        }
    }

    /// What old forms of indexes and splats do not allow.
    fn refuse_steps(&mut self, steps: &[Access]) {
        let mut splats = steps.iter().filter(|s| matches!(s, Access::AttrSplat(_) | Access::FullSplat(_)));
        if let Some(beyond) = splats.nth(MAX_SPLATS) {
            let detail = format!("There are more than {MAX_SPLATS} splats in one expression.");
            let problem = Diagnostic::error("Nesting too deep", detail).at(beyond.span());
            self.diagnostics.push(problem.hint("Use flatten() for lists within lists."));
        }
        let mut attr_splat = false;
        for (i, step) in steps.iter().enumerate() {
            match step {
                Access::LegacyIndex(n, span) => {
                    if let Some(Access::LegacyIndex(before, first)) = i.checked_sub(1).and_then(|i| steps.get(i)) {
                        let detail = format!(
                            "When using the legacy index syntax, chaining two indexes together is not permitted. Use the \
                             proper index syntax instead, like [{before}][{n}]."
                        );
                        let problem = Diagnostic::error("Invalid legacy index syntax", detail);
                        self.diagnostics.push(problem.at(first.to(*span)));
                    }
                }
                Access::Attr(_) => {}
                Access::AttrSplat(span) if attr_splat => self.diagnostics.push(
                    Diagnostic::error(
                        "Nested splat expression not allowed",
                        "A splat expression (*) cannot be used inside another attribute-only splat expression.",
                    )
                    .at(*span)
                    .hint("Use [*] in place of the first .*."),
                ),
                Access::AttrSplat(_) => attr_splat = true,
                Access::Index(_) | Access::FullSplat(_) => attr_splat = false,
            }
        }
    }

    fn for_expr(&mut self, e: &EditFor) -> ExprKind {
        ExprKind::For(Box::new(ForExpr {
            key_var: e.intro.key_var.as_ref().map(|k| self.ident(k)),
            value_var: self.ident(&e.intro.value_var),
            collection: self.expr(&e.intro.collection_expr),
            key: e.key_expr.as_ref().map(|k| self.expr(k)),
            value: self.expr(&e.value_expr),
            condition: e.cond.as_ref().map(|c| self.expr(&c.expr)),
            grouping: e.grouping,
        }))
    }

    /// A template that stands alone, as in a file.
    pub fn bare_template(&mut self, parts: &Template) -> ExprKind {
        let mut tokens = Vec::new();
        for element in parts.iter() {
            template::flatten(self, element, template::Mode::Lines, &mut tokens);
        }
        template::build(tokens, false)
    }
}

fn binary(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Eq => BinaryOp::Eq,
        BinaryOperator::NotEq => BinaryOp::NotEq,
        BinaryOperator::LessEq => BinaryOp::LessEq,
        BinaryOperator::GreaterEq => BinaryOp::GreaterEq,
        BinaryOperator::Less => BinaryOp::Less,
        BinaryOperator::Greater => BinaryOp::Greater,
        BinaryOperator::Plus => BinaryOp::Add,
        BinaryOperator::Minus => BinaryOp::Sub,
        BinaryOperator::Mul => BinaryOp::Mul,
        BinaryOperator::Div => BinaryOp::Div,
        BinaryOperator::Mod => BinaryOp::Mod,
        BinaryOperator::And => BinaryOp::And,
        BinaryOperator::Or => BinaryOp::Or,
    }
}
