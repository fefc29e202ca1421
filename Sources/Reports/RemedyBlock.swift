import Rules

/// A remedy as every format shows it: a sentence, and perhaps lines to copy.
struct RemedyBlock: Hashable {
  var text: String
  /// Escaped already, so that nothing in a name can begin a line of its own.
  var lines: [String] = []
  /// What `lines` are taken from, where they are settings for sysctl.d(5).
  var fragment: SysctlFragment?
}

extension Report {
  /// The remedies of a finding, best first.
  func remedies(of reported: ReportedFinding) -> [RemedyBlock] {
    let finding = reported.finding
    return finding.remediation.compactMap { remedy in
      switch remedy {
      case .sysctl(let settings):
        let fragment = SysctlFragment(settings, evidence: finding.evidence)
        return RemedyBlock(
          text: isOutsideHost(reported.namespace)
            ? Self.elsewhere : "Set where it is set now, or else in \(SysctlFragment.path):",
          lines: fragment.lines.map { $0.assigning($0.value) }, fragment: fragment)
      case .unit(let settings):
        guard let fragment = UnitFragment(settings) else { return nil }
        return RemedyBlock(
          text: "Set in \(fragment.unit), with 'systemctl edit \(fragment.unit)':",
          lines: fragment.lines)
      case .code(let text), .note(let text):
        return RemedyBlock(text: text)
      }
    }
  }

  /// systemd-sysctl sets the keys of the host's network namespace only; those under `net.` of any
  /// other are set there, or by what makes it.
  private static let elsewhere = """
    Set in that network namespace, which /etc/sysctl.d of the host does not reach: by what creates \
    it (docker run --sysctl, sysctls of a pod), or there with 'sysctl -w':
    """

  func isOutsideHost(_ name: NamespaceName?) -> Bool {
    namespaces.contains {
      $0.name == name && ($0.isInitial == false || $0.isPID1 == false)
    }
  }
}

extension String {
  /// Paragraphs that blank lines part, each on one line.
  var paragraphs: [String] {
    split(separator: "\n", omittingEmptySubsequences: false)
      .split { $0.allSatisfy { $0 == " " } }
      .map { $0.map { $0.drop { $0 == " " } }.joined(separator: " ") }
  }
}
