//! The machine's own addresses.

use std::io;
use std::net::IpAddr;
use std::ptr;

use super::checked;
use super::names::Name;

/// Every address of every interface that is up, in the kernel's order.
///
/// # Errors
/// The kernel does not tell.
pub(crate) fn interface_addresses() -> io::Result<Vec<IpAddr>> {
    let mut head: *mut libc::ifaddrs = ptr::null_mut();
    // SAFETY: `head` is a valid place for the result.
    checked(unsafe { libc::getifaddrs(&raw mut head) })?;
    let mut found = Vec::new();
    let mut cursor = head;
    while !cursor.is_null() {
        // SAFETY: getifaddrs succeeded and freeifaddrs has not run, so every entry of the list is valid.
        let entry = unsafe { &*cursor };
        let up = entry.ifa_flags & libc::IFF_UP.cast_unsigned() != 0;
        if up && !entry.ifa_addr.is_null() {
            // SAFETY: as above, for the address the entry points to.
            found.extend(unsafe { address_at(entry.ifa_addr) });
        }
        cursor = entry.ifa_next;
    }
    // SAFETY: `head` comes from getifaddrs and nothing borrowed from it is left.
    unsafe { libc::freeifaddrs(head) };
    Ok(found)
}

/// # Safety
/// `address` points to a socket address that is as long as its family says.
unsafe fn address_at(address: *const libc::sockaddr) -> Option<IpAddr> {
    let mut name = Name::EMPTY;
    // SAFETY: every socket address starts with its family.
    let family = unsafe { (*address).sa_family };
    let len = match i32::from(family) {
        libc::AF_INET => size_of::<libc::sockaddr_in>(),
        libc::AF_INET6 => size_of::<libc::sockaddr_in6>(),
        _ => return None,
    };
    // SAFETY: the source has `len` bytes by the caller's promise, the target has room for the longer family.
    unsafe { ptr::copy_nonoverlapping(address.cast(), name.bytes.as_mut_ptr(), len) };
    name.decode().map(|found| found.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_address_is_among_them() {
        let found = interface_addresses().expect("interfaces");
        assert!(found.contains(&IpAddr::from([127, 0, 0, 1])), "{found:?}");
    }
}
