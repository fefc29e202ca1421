internal import CLinuxShims
internal import Glibc

/// A network namespace of this process's own, which nothing outside is in and which ends with it.
///
/// Not for a process with several threads: unshare(CLONE_NEWUSER) refuses them (EINVAL).
enum ScratchNamespace {
  /// Leaves for a new network namespace: by privilege, or else as the root of a new user namespace
  /// in which only the caller's own user is known.
  static func enter() throws(CallFailure) {
    if sockwise_unshare(CInt(SOCKWISE_CLONE_NEWNET)) != 0 {
      // EPERM: it needs CAP_SYS_ADMIN, which a new user namespace gives.
      let (user, group) = (geteuid(), getegid())
      guard errno == EPERM else { throw refusal(errno) }
      if sockwise_unshare(CInt(SOCKWISE_CLONE_NEWUSER | SOCKWISE_CLONE_NEWNET)) != 0 {
        throw refusal(errno)
      }
      do {
        // Since Linux 3.19 groups can be mapped only after giving up setgroups(2),
        // user_namespaces(7).
        try SmallFile.write("deny", to: "/proc/self/setgroups")
        try SmallFile.write("0 \(user) 1", to: "/proc/self/uid_map")
        try SmallFile.write("0 \(group) 1", to: "/proc/self/gid_map")
      } catch {
        throw refusal(error.code)
      }
    }
    try bringUpLoopback()
  }

  /// Another one, from inside.
  static func enterAnother() throws(CallFailure) {
    if sockwise_unshare(CInt(SOCKWISE_CLONE_NEWNET)) != 0 { throw refusal(errno) }
  }

  /// Why there is none, and what would help. What forbids it differs by distribution.
  private static func refusal(_ code: CInt) -> CallFailure {
    func isSet(_ path: String, to value: String) -> Bool {
      SmallFile.value("/proc/sys/\(path)") == value
    }
    let asRoot = "run it as root"
    let isAppArmor = isSet("kernel/apparmor_restrict_unprivileged_userns", to: "1")
    let why =
      switch code {
      case ENOSPC where isSet("user/max_user_namespaces", to: "0"):
        "user.max_user_namespaces is 0; raise it, or \(asRoot)"
      case ENOSPC where isSet("user/max_net_namespaces", to: "0"):
        "user.max_net_namespaces is 0; raise it"
      case ENOSPC: "user.max_user_namespaces or user.max_net_namespaces is reached; raise it"
      case EUSERS: "user namespaces are nested too deeply"
      case EPERM where isSet("kernel/unprivileged_userns_clone", to: "0"):
        "kernel.unprivileged_userns_clone is 0; set it to 1, or \(asRoot)"
      case EPERM where isAppArmor, EACCES where isAppArmor:
        "AppArmor keeps user namespaces from ordinary users; give this program a profile with "
          + "'userns', or \(asRoot)"
      case EPERM, EACCES:
        "a sandbox refuses it (seccomp, chroot, a security module); \(asRoot), or with CAP_SYS_ADMIN"
      case EINVAL, ENOSYS:
        "this kernel is built without network namespaces, or without user namespaces; where it "
          + "lacks only these, \(asRoot)"
      default: "unshare() fails with \(errnoName(code))"
      }
    return CallFailure(because: "no network namespace can be made: \(why)")
  }

  /// A new namespace has `lo` alone, and it is down.
  private static func bringUpLoopback() throws(CallFailure) {
    let up = UInt16(IFF_UP)
    // SIOCSIFFLAGS
    try configure("lo", 0x8914, [UInt8(truncatingIfNeeded: up), UInt8(up >> 8)])
  }

  /// Gives `lo` an IPv4 address beside 127.0.0.1.
  static func addAddress(_ address: (UInt8, UInt8, UInt8, UInt8)) throws(CallFailure) {
    let (a, b, c, d) = address
    let family: [UInt8] = [UInt8(AF_INET), 0, 0, 0]
    // SIOCSIFADDR of an alias (netdevice(7)); the family is a small number in this byte order.
    try configure("lo:1", 0x8916, family + [a, b, c, d])
  }

  /// An ioctl(2) with `struct ifreq`: 16 bytes of name and 24 that differ, netdevice(7).
  private static func configure(
    _ name: String, _ request: UInt, _ value: [UInt8]
  ) throws(CallFailure) {
    let descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    if descriptor < 0 { throw CallFailure("socket()") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 40)
    bytes.replaceSubrange(0..<name.utf8.count, with: name.utf8)
    bytes.replaceSubrange(16..<(16 + value.count), with: value)
    if unsafe ioctl(descriptor, request, &bytes) != 0 {
      throw CallFailure("configuring '\(name)'")
    }
  }
}
