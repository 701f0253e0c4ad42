//! Addresses and subnets of IPv4 and IPv6 networks.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, strings, text};

const STRING: Outcome = Outcome::Of(Accepts::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("cidrhost", &[param("prefix", Accepts::String), param("hostnum", Accepts::Number)], STRING, cidrhost),
    Function::new("cidrnetmask", &[param("prefix", Accepts::String)], STRING, |a| {
        let network = network(a, 0)?;
        if network.bits != 32 {
            let why = format!("IPv6 addresses cannot have a netmask: {}", a.str(0)?);
            return Err(FunctionError::new(why).or("IPv6 addresses cannot have a netmask: (sensitive value)"));
        }
        Ok(text(network.render(network.mask())))
    }),
    Function::new(
        "cidrsubnet",
        &[param("prefix", Accepts::String), param("newbits", Accepts::Number), param("netnum", Accepts::Number)],
        STRING,
        cidrsubnet,
    ),
    Function::new("cidrsubnets", &[param("prefix", Accepts::String)], Outcome::Of(Accepts::ListOfString), cidrsubnets)
        .variadic(param("newbits", Accepts::Number)),
];

/// A network; `address` has no host bits and stands in the low `bits` of the number.
#[derive(Clone, Copy)]
struct Network {
    address: u128,
    prefix: u32,
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let (address, bits) = match unpadded(address).parse::<IpAddr>().ok()? {
            IpAddr::V4(a) => (u128::from(u32::from(a)), 32),
            IpAddr::V6(a) => (u128::from(a), 128),
        };
        let digits = !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit());
        let prefix: u32 = prefix.parse().ok().filter(|n| digits && *n <= bits)?;
        let network = Self { address, prefix, bits };
        Some(Self { address: address & network.mask(), ..network })
    }

    fn all(&self) -> u128 {
        if self.bits == 32 { u128::from(u32::MAX) } else { u128::MAX }
    }

    /// Ones where the network's own bits are.
    fn mask(&self) -> u128 {
        self.all() & !self.host_mask()
    }

    fn host_mask(&self) -> u128 {
        u128::MAX.checked_shr(128 - (self.bits - self.prefix)).unwrap_or(0)
    }

    fn render(&self, address: u128) -> String {
        match u32::try_from(address) {
            Ok(v4) if self.bits == 32 => Ipv4Addr::from(v4).to_string(),
            _ => Ipv6Addr::from(address).to_string(),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.render(self.address), self.prefix)
    }
}

/// IPv4 parts may have zeros in front, which mean nothing.
fn unpadded(address: &str) -> String {
    if address.contains(':') {
        return address.to_owned();
    }
    let parts = address.split('.').map(|part| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0",
        trimmed => trimmed,
    });
    parts.collect::<Vec<_>>().join(".")
}

fn network(a: &Args<'_>, i: usize) -> Result<Network, FunctionError> {
    let given = a.str(i)?;
    Network::parse(given).ok_or_else(|| {
        FunctionError::new(format!("invalid CIDR expression: invalid CIDR address: {given}"))
            .or("invalid CIDR expression: invalid CIDR address: (sensitive value)")
    })
}

/// A whole number of any size; a negative one as its distance from zero.
fn whole(a: &Args<'_>, i: usize) -> Result<(bool, Option<u128>), FunctionError> {
    let number = a.number(i)?;
    if !number.is_integer() {
        return Err(FunctionError::new("value must be a whole number"));
    }
    Ok((number.is_negative(), number.abs().to_string().parse().ok()))
}

fn cidrhost(a: &Args<'_>) -> Answer {
    let network = network(a, 0)?;
    let number = a.number(1)?;
    let beyond = |number: &str| {
        FunctionError::new(format!("prefix of {} does not accommodate a host numbered {number}", network.prefix))
    };
    let hosts = network.host_mask();
    let host = match whole(a, 1)? {
        (false, Some(n)) if n <= hosts => n,
        // Negative numbers count from the end.
        (true, Some(n)) if n - 1 <= hosts => hosts - (n - 1),
        (true, Some(n)) => return Err(beyond(&format!("-{}", n - 1 - hosts))),
        _ => return Err(beyond(&number.to_string())),
    };
    Ok(text(network.render(network.address | host)))
}

fn cidrsubnet(a: &Args<'_>) -> Answer {
    let network = network(a, 0)?;
    let (new_bits, number) = (a.int(1)?, a.number(2)?);
    let wanted = whole(a, 2)?;
    if new_bits < 0 {
        return Err(FunctionError::argument(1, "a prefix can only be extended by a number that is not negative"));
    }
    let room = network.bits - network.prefix;
    let Some(extra) = u32::try_from(new_bits).ok().filter(|n| *n <= room) else {
        let why = format!("insufficient address space to extend prefix of {} by {new_bits}", network.prefix);
        return Err(FunctionError::new(why));
    };
    let prefix = network.prefix + extra;
    let most = u128::MAX.checked_shr(128 - extra).unwrap_or(0);
    let (false, Some(wanted)) = (wanted.0, wanted.1.filter(|n| *n <= most)) else {
        let why = format!("prefix extension of {extra} does not accommodate a subnet numbered {number}");
        return Err(FunctionError::new(why));
    };
    let shifted = wanted.checked_shl(network.bits - prefix).unwrap_or(0);
    Ok(text(Network { address: network.address | shifted, prefix, ..network }.to_string()))
}

fn cidrsubnets(a: &Args<'_>) -> Answer {
    let network = network(a, 0).map_err(|e| FunctionError { argument: Some(0), ..e })?;
    let last = network.address | network.host_mask();
    // The first address that is still free; none once the space is used up.
    let mut free = Some(network.address);
    let mut previous: Option<Network> = None;
    let mut out = Vec::new();
    for i in 1..a.values.len() {
        let new_bits = a.int(i).map_err(|e| FunctionError { argument: Some(i), ..e })?;
        let Some(extra) = u32::try_from(new_bits).ok().filter(|n| *n >= 1) else {
            return Err(FunctionError::argument(i, "must extend prefix by at least one bit"));
        };
        if extra > 32 {
            return Err(FunctionError::argument(i, "may not extend prefix by more than 32 bits"));
        }
        let prefix = network.prefix.saturating_add(extra);
        if prefix > network.bits {
            let version = if network.bits == 32 { 4 } else { 6 };
            let why = format!("would extend prefix to {prefix} bits, which is too long for an IPv{version} address");
            return Err(FunctionError::argument(i, why));
        }
        let mut next = Network { address: 0, prefix, bits: network.bits };
        let block = next.host_mask();
        let aligned =
            free.and_then(|f| f.checked_add(block)).map(|f| f & !block).filter(|f| *f <= last && last - *f >= block);
        let Some(address) = aligned else {
            let after = previous.map_or_else(String::new, |p| format!(" after {p}"));
            let why = format!("not enough remaining address space for a subnet with a prefix of {prefix} bits{after}");
            return Err(FunctionError::argument(i, why));
        };
        next.address = address;
        free = (address | block).checked_add(1);
        out.push(next.to_string());
        previous = Some(next);
    }
    Ok(strings(out))
}
