import CTestSupport
import Glibc

/// A system call that sandboxes refuse.
public enum DeniedCall: Sendable, CaseIterable {
  /// socket(AF_NETLINK, …)
  case netlink
  /// pidfd_getfd(2)
  case pidfdGetfd

  fileprivate var flag: CInt {
    switch self {
    case .netlink: CInt(TEST_DENY_NETLINK)
    case .pidfdGetfd: CInt(TEST_DENY_PIDFD_GETFD)
    }
  }
}

extension ScratchNamespace {
  /// Makes calls fail with EPERM in what the closure does and starts from now on. There is no way
  /// back, and no need: the closure's thread ends with it.
  public func deny(_ calls: DeniedCall...) throws(SystemCallError) {
    if test_deny_calls(calls.reduce(0) { $0 | $1.flag }) != 0 {
      throw SystemCallError("install a seccomp filter")
    }
  }

  /// Makes setsockopt(SO_BINDTODEVICE) fail with EPERM, likewise.
  public func denyBindToDevice() throws(SystemCallError) {
    if test_filter_socket_option(CInt(SO_BINDTODEVICE), EPERM) != 0 {
      throw SystemCallError("install a seccomp filter")
    }
  }

  /// Makes SO_REUSEADDR an option that does nothing, likewise.
  public func ignoreReuseAddress() throws(SystemCallError) {
    if test_filter_socket_option(CInt(SO_REUSEADDR), 0) != 0 {
      throw SystemCallError("install a seccomp filter")
    }
  }
}
