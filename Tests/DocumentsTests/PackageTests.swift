import TestSupport
import Testing

@testable import sockwise

/// The Debian package is of the version that the program says.
@Suite struct PackageTests {
  @Test func itsVersionIsTheProgram() throws {
    let changelog = try TextFile.read("\(Checkout.root)/debian/changelog")
    #expect(changelog.hasPrefix("sockwise (\(Sockwise.version)) "))
    let changes = try TextFile.read("\(Checkout.root)/CHANGELOG.md")
    #expect(changes.contains("\n## \(Sockwise.version)"))
  }
}
