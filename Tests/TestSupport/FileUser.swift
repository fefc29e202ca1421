import CTestSupport
import Glibc

/// Makes sockets as another user, on the calling thread alone; only root can.
public func asFileUser<Result>(_ uid: UInt32, _ body: () throws -> Result) rethrows -> Result {
  test_set_file_user(uid)
  defer { test_set_file_user(geteuid()) }
  return try body()
}
