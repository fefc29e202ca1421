import Glibc

/// Programs of Debian's packages that `make setup-tests` unpacks below `.build/debian`, and does not
/// install: they are daemons.
public enum DebianTools {
  public static let root = "\(Checkout.root)/.build/debian/root"

  /// Why a test skips that needs one.
  public static let missing = "needs programs that 'make setup-tests' fetches"

  /// Where a program is; nil where it was not fetched.
  public static func path(_ program: String) -> String? {
    let path = "\(root)/\(program)"
    return unsafe access(path, X_OK) == 0 ? path : nil
  }
}
