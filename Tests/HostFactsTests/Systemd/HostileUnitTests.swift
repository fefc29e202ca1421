import CEL
import Glibc
import Testing

@testable import HostFacts

/// Directories of units that somebody made to hurt.
@Suite struct HostileUnitTests {
  let scratch = ScratchDirectory()

  private func read(deadline: Deadline? = nil) -> PartialList<Unit> {
    Units.read(HostRoot(scratch.path), version: 252, deadline: deadline).units
  }

  @Test(arguments: [true, false]) func nothingLeadsOut(_ usingOpenat2: Bool) {
    let outside = ScratchDirectory()
    outside.write("x.service", "[Service]\nExecStart=/bin/secret\n")
    scratch.write("etc/systemd/system/y.service", "[Service]\nExecStart=/bin/y\n")
    scratch.link("etc/systemd/system/x.service", to: "\(outside.path)/x.service")
    scratch.link("etc/systemd/system/y.service.d", to: outside.path)
    let root = HostRoot(scratch.path, usingOpenat2: usingOpenat2)
    let units = Units.read(root, version: 252).units.elements
    #expect(units.map(\.name) == ["x.service", "y.service"])
    #expect(units.map(\.loadState) == [.notFound, .loaded])
    #expect(units.last?.dropIns == [])
  }

  @Test func whatIsNoFileDoesNotStopIt() {
    scratch.write("etc/systemd/system/ok.service", "[Service]\nExecStart=/bin/ok\n")
    scratch.write("etc/systemd/system/ok.service.d/a.conf", "[Service]\nRestart=always\n")
    let place = "\(scratch.path)/etc/systemd/system"
    unsafe mkfifo("\(place)/fifo.service", 0o600)
    unsafe mkfifo("\(place)/ok.service.d/z.conf", 0o600)
    scratch.link("etc/systemd/system/linked.service", to: "/etc/fifo")
    unsafe mkfifo("\(scratch.path)/etc/fifo", 0o600)
    scratch.link("etc/systemd/system/loop1.service", to: "loop2.service")
    scratch.link("etc/systemd/system/loop2.service", to: "loop1.service")
    scratch.link("etc/systemd/system/round.service", to: "round/../round/x")
    scratch.link("etc/systemd/system/round", to: "round")
    let units = read().elements
    let states = Dictionary(units.map { ($0.name, $0.loadState) }, uniquingKeysWith: { a, _ in a })
    #expect(states["ok.service"] == .loaded)
    #expect(states["fifo.service"] == nil)
    #expect(states["linked.service"] == .error)
    #expect(states["loop1.service"] == .notFound)
    let ok = units.first { $0.name == "ok.service" }
    #expect(ok?.service.value?.restart.value == "always")
    #expect(ok?.problems.map(\.message) == ["'/etc/systemd/system/ok.service.d/z.conf' is a FIFO"])
  }

  @Test func aHugeLineIsNotRead() {
    scratch.write("etc/systemd/system/huge.service", "[Service]\n")
    unsafe truncate("\(scratch.path)/etc/systemd/system/huge.service", 1 << 30)
    let unit = read().elements.first
    #expect(unit?.loadState == .error)
    #expect(unit?.problems.first?.message.contains("is longer than") == true)
  }

  @Test func manyDropInsTakeTheirTimeAndNoMore() {
    scratch.write("etc/systemd/system/many.service", "[Service]\nExecStart=/bin/ok\n")
    scratch.write("etc/systemd/system/many.service.d/a.conf", "[Service]\nRestartSec=1\n")
    let place = "\(scratch.path)/etc/systemd/system/many.service.d"
    for number in 0..<5000 { unsafe symlink("a.conf", "\(place)/\(number).conf") }
    let unit = read().elements.first
    #expect(unit?.dropIns.count == 5001)
    #expect(unit?.service.value?.restartDelay.value == .seconds(1))
    let late = read(deadline: .after(.zero))
    #expect(late.elements.isEmpty)
    #expect(late.rest?.reason == "unit files were not read within the time limit")
  }

  /// What is not looked at is unknown, and what is told is whole.
  @Test func moreDropInsThanAreReadAreSaid() {
    for name in ["a", "b", "c"] {
      scratch.write("etc/systemd/system/\(name).service", "[Service]\nExecStart=/bin/ok\n")
    }
    scratch.write("etc/systemd/system/b.service.d/a.conf", "[Service]\nRestartSec=1\n")
    let place = "\(scratch.path)/etc/systemd/system/b.service.d"
    for number in 0..<UnitDropIns.most { unsafe symlink("a.conf", "\(place)/\(number).conf") }
    let units = read()
    #expect(units.elements.map(\.name) == ["a.service"])
    #expect(
      units.rest?.reason
        == "the units have more than \(UnitDropIns.most) drop-ins, and only those before them are known"
    )
  }

  @Test(arguments: [true, false])
  func moreDropInsThanAreReviewedAreSaid(_ hasUnit: Bool) {
    let dropIns = (0...UnitDropIns.most).map {
      Units.File(path: "b.service.d/\($0).conf", content: Array("[Service]\nRestartSec=1\n".utf8))
    }
    let unit = { (name: String) in
      Units.File(path: name, content: Array("[Service]\nExecStart=/bin/ok\n".utf8))
    }
    let other = unit("other/x.service")
    let units = Units.review(dropIns + [other] + (hasUnit ? [unit("b.service")] : [])).units
    #expect(units.elements.map(\.name) == ["x.service"])
    #expect(
      units.rest?.reason
        == "the units have more than \(UnitDropIns.most) drop-ins, and only those before them are known"
    )
  }
}
