//! Failures that a run expects.

use crate::addr::AbsInstance;
use crate::config::testing::Expectation;
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::plan::UNDECIDED_CHECK;

/// What is expected, and what of it has happened.
pub(super) struct Expected<'a> {
    all: &'a [Expectation],
    seen: Vec<bool>,
}

impl<'a> Expected<'a> {
    pub fn new(all: &'a [Expectation]) -> Self {
        Self { all, seen: vec![false; all.len()] }
    }

    /// The place of the expectation that a finding fulfils.
    fn position(&self, found: &Diagnostic) -> Option<usize> {
        let address = found.address.as_deref().filter(|_| found.checked)?;
        let resource = AbsInstance::parse(address).map(|i| i.resource.to_string());
        // All instances of a resource, or one of them.
        let meant = |e: &Expectation| e.address == address || Some(&e.address) == resource.as_ref();
        self.all.iter().position(meant)
    }

    pub fn contains(&self, found: &Diagnostic) -> bool {
        self.position(found).is_some()
    }

    /// The findings without those that are expected. Assertions of checks that fail are errors.
    pub fn take(&mut self, found: Diagnostics) -> Diagnostics {
        let mut rest = Diagnostics::new();
        for diagnostic in found {
            let counts = diagnostic.severity == Severity::Error || is_check(&diagnostic);
            match self.position(&diagnostic).filter(|_| counts) {
                Some(at) => self.seen.iter_mut().skip(at).take(1).for_each(|seen| *seen = true),
                None if is_check(&diagnostic) => rest.push(Diagnostic { severity: Severity::Error, ..diagnostic }),
                None => rest.push(diagnostic),
            }
        }
        rest
    }

    /// An error for every expected failure that did not happen.
    pub fn missing(&self) -> Diagnostics {
        let missing = self.all.iter().zip(&self.seen).filter(|(_, seen)| !**seen).map(|(e, _)| {
            let detail = format!("The checkable object, {}, was expected to report an error but did not.", e.address);
            Diagnostic::error("Missing expected failure", detail).at(e.span)
        });
        missing.collect()
    }
}

/// Whether a finding comes from a check block.
pub(super) fn is_check(found: &Diagnostic) -> bool {
    let named = |a: &String| a.starts_with("check.") || a.contains(".check.");
    found.summary == UNDECIDED_CHECK || found.address.as_ref().is_some_and(named)
}

/// Failures that keep a plan from being applied although they were expected: they stay, with an explanation.
pub(super) fn too_early(found: Diagnostics, expected: &Expected<'_>) -> Diagnostics {
    let mut out = Diagnostics::new();
    for diagnostic in found {
        if diagnostic.severity == Severity::Error && expected.contains(&diagnostic) {
            let address = diagnostic.address.clone().unwrap_or_default();
            let mut early = Diagnostic::warning(
                "Expected failure while planning",
                format!(
                    "A custom condition within {address} failed during the planning stage and prevented the requested apply operation. While this was an expected failure, the apply operation could not be executed and so the overall test case will be marked as a failure and the original diagnostic included in the test report."
                ),
            );
            if address.starts_with("output.") {
                early.span = expected.position(&diagnostic).and_then(|at| expected.all.get(at)).map(|e| e.span);
            }
            out.push(early);
        }
        out.push(diagnostic);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Sources, Span};

    #[test]
    fn expected_failures_are_taken_and_missing_ones_told() {
        let mut sources = Sources::default();
        let span = Span::new(sources.add("x", "x"), 0..1);
        let expect = |address: &str| Expectation { address: address.into(), checkable: true, span };
        let all = [expect("var.a"), expect("aws_vpc.b"), expect("check.c"), expect("output.d")];
        let mut expected = Expected::new(&all);
        let failed = |address: &str| Diagnostic::error("failed", address).address(address).checked();
        let found: Diagnostics = [
            failed("var.a"),
            failed("aws_vpc.b[0]"),
            failed("module.m.aws_vpc.b"),
            Diagnostic { severity: Severity::Warning, ..failed("check.c") },
            Diagnostic { severity: Severity::Warning, ..failed("check.other") },
            Diagnostic::error("another error", "").address("var.a"),
        ]
        .into_iter()
        .collect();
        let rest = expected.take(found);
        let texts: Vec<&str> = rest.iter().map(|d| d.address.as_deref().unwrap_or("")).collect();
        assert_eq!(texts, ["module.m.aws_vpc.b", "check.other", "var.a"]);
        assert!(rest.iter().all(|d| d.severity == Severity::Error));
        let missing: Vec<String> = expected.missing().into_iter().map(|d| d.detail).collect();
        assert_eq!(missing.len(), 1);
        assert!(missing[0].contains("output.d"));
    }
}
