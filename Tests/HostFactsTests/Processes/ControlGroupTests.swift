import Testing

@testable import HostFacts

private let id = String(repeating: "0123456789abcdef", count: 4)

@Suite struct ControlGroupTests {
  @Test(arguments: [
    ("/system.slice/nginx.service", "nginx.service"),
    ("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service"),
    ("/system.slice/foo.service/worker/1", "foo.service"),
    ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
    ("/init.scope", "init.scope"),
    ("/system.slice/foo.service (deleted)", "foo.service"),
    ("/../../system.slice/foo.service", "foo.service"),
    ("/system.slice/_cpu.service", "cpu.service"),
    (#"/system.slice/dev-sda\x2d1.swap"#, #"dev-sda\x2d1.swap"#),
    ("/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service"),
    ("/user.slice/user-1000.slice/user@1000.service", "user@1000.service"),
  ]) func unitsOfTheSystem(_ path: String, _ unit: String) {
    #expect(ControlGroup(path: path) == ControlGroup(unit: unit))
  }

  @Test func unitsOfAUser() {
    let top = "/user.slice/user-1000.slice/user@1000.service"
    #expect(
      ControlGroup(path: "\(top)/app.slice/foo.service")
        == ControlGroup(unit: "foo.service", userManager: 1000))
    #expect(
      ControlGroup(path: "\(top)/app.slice/app-gnome.slice/app-x@1.service/sub")
        == ControlGroup(unit: "app-x@1.service", userManager: 1000))
  }

  @Test func containers() {
    #expect(
      ControlGroup(path: "/system.slice/docker-\(id).scope")
        == ControlGroup(unit: "docker-\(id).scope", container: id))
    #expect(ControlGroup(path: "/docker/\(id)") == ControlGroup(container: id))
    #expect(ControlGroup(path: "/kubepods/burstable/pod12/\(id)") == ControlGroup(container: id))
    #expect(ControlGroup(path: "/lxc/\(id.dropLast())") == ControlGroup())
    #expect(ControlGroup(path: "/x/\(id)0") == ControlGroup())
  }

  @Test(arguments: [
    "", "/", "/a/b", "/system.slice", "/.service", "/system.slice/nginx", "no slash",
    "/system.slice/evil\u{1b}[31m.service", "/system.slice/a b.service",
    "/" + String(repeating: "x", count: 300) + ".service",
    String(repeating: "/", count: 10_000),
  ]) func pathsWithoutUnit(_ path: String) {
    #expect(ControlGroup(path: path) == ControlGroup())
  }
}

@Suite struct ControlGroupMembershipTests {
  @Test func versionTwo() {
    let membership = ControlGroupMembership("0::/system.slice/nginx.service\n")
    #expect(membership.group.unit == "nginx.service")
    #expect(membership.networkClasses == [nil, nil])
  }

  @Test func hybrid() {
    let membership = ControlGroupMembership(
      """
      9:name=systemd:/system.slice/nginx.service
      4:memory:/x
      3:net_cls,net_prio:/class:1
      0::/

      """)
    #expect(membership.group.unit == "nginx.service")
    #expect(membership.networkClasses == ["/class:1", "/class:1"])
  }

  @Test func aContainerThatOnlyAControllerTells() {
    let membership = ControlGroupMembership("4:memory:/docker/\(id)\n0::/\n")
    #expect(membership.group == ControlGroup(container: id))
  }

  @Test(arguments: ["", "\n\n", "0", "0:", "::", "a:b:c:d", "\u{0}"])
  func otherTextIsNoGroup(_ text: String) {
    #expect(ControlGroupMembership(text).group == ControlGroup())
  }
}
