import Glibc
import TestSupport
import Testing

/// The pages are right as mdoc(7), as far as Debian's mandoc can tell.
@Suite struct MandocTests {
  private static let mandoc = "/usr/bin/mandoc"

  @Test(
    .enabled(if: unsafe access(mandoc, X_OK) == 0, "mandoc is not installed"),
    arguments: ManualPage.names)
  func findsNothingToWarnOf(_ name: String) throws {
    let lint = Subprocess(
      program: Self.mandoc, arguments: ["-Tlint", "-Wwarning", ManualPage.path(name)])
    let result = try lint.run()
    #expect(result.output + result.errors == "")
    #expect(result.status == 0)
  }
}
