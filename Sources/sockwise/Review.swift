import ArgumentParser
import HostFacts
import Reports
import Rules

/// `sockwise review`: judges bare files, such as those of a repository.
struct ReviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Review the files of a repository, with no host.",
    discussion: """
      Looks for what sets kernel parameters on a host or in a container, and for systemd units: \
      files in directories called sysctl.d, sysctl.conf, and other *.conf with nothing but such \
      lines; units, sockets and their drop-ins; Ansible tasks with the sysctl module; \
      securityContext.sysctls of Kubernetes pods, in YAML or JSON, and allowedUnsafeSysctls of \
      kubelets; sysctls of compose files; sysctl in Dockerfiles; sysctl.* on the kernel's command \
      line in GRUB's defaults; profiles of TuneD; tmpfiles.d that write to /proc/sys; \
      and templates of all these, such as *.conf.j2. What templates and variables write is counted, \
      not judged; the lines that stand there as they are, each by itself.

      What files of different hosts say is not taken together: those below one directory are one \
      host's, where that has an etc, usr, sysctl.d, systemd, files or templates in it, and so are \
      plays for the same hosts in one playbook; another *.conf stands alone.

      Links give units names, and are followed in sysctl.d, not out of the PATH; .git, node_modules, vendor \
      and directories like them are left out unless they are named. Not read are files above \
      4 MiB, parameters beyond 20,000 in one sysctl.d and 1,000 in a file of another kind, and \
      drop-ins beyond 20,000; the report says so. A '.sockwise.yaml' that is found rather than \
      named is no link, and names files of waivers in its own directory and below alone.

      Places are shown as paths are named on the command line. Subjects, and with them waivers and \
      baselines, name files relative to the root of the repository, wherever the review is run: the \
      nearest directory, at or above what is reviewed, with a .git; else the nearest with a \
      .sockwise.yaml; else the directory that everything reviewed is in, or the one above its etc, \
      usr and *.d.

      Exit status: 0 nothing new at or above --fail-on, or nothing to review; 1 findings; 2 a path \
      is not there, or the command line, a rule file, a waiver, the baseline or the configuration \
      is wrong; 3 with --strict, something could not be read or checked; 4 there are files to \
      review and none could be read; 5 an output could not be written. The highest that applies wins.
      """)

  @Argument(help: ArgumentHelp("Files and directories.", valueName: "PATH"))
  var paths: [String] = ["."]

  @Option(
    help: ArgumentHelp(
      "Judge names and values for this kernel, such as 6.1, from \(KernelVersion.oldest) on. Repeatable. Without it for each that is supported: \(KernelArgument.supported).",
      valueName: "VERSION"))
  var kernel: [KernelArgument] = []

  @OptionGroup(title: "Which rules") var ruleOptions: RuleOptions
  @OptionGroup(title: "Which rules") var selection: RuleSelection
  @OptionGroup(title: "Configuration") var configured: ConfigurationArguments
  @OptionGroup(title: "What to report") var output: OutputArguments
  @OptionGroup(title: "What is accepted") var accepted: AcceptanceArguments
  @OptionGroup(title: "When to fail") var exit: ExitArguments

  func run() throws {
    var loaded = ruleOptions.load(toEvaluate: true)
    let output = output.choice
    loaded.language = output.language.translation
    let rulesAreWrong = loaded.diagnostics.report()
    let (configuration, configurationIsWrong) = configured.configuration(
      for: paths.first ?? ".", rules: loaded)
    let rules = loaded.overriding(configuration.parameters)
    var chosen = selection.choice
    try chosen.check(against: rules)
    chosen.skip += configuration.skip
    chosen.enable += configuration.enable
    let acceptance = accepted.choice.acceptance(for: rules, and: configuration.waivers)
    let options = reviewOptions(configuration, rules)
    let run = ReviewRun(
      rules: rules, selection: chosen, options: options, acceptance: acceptance)
    let result = run.result()
    for path in result.missing { printError("sockwise: there is no '\(path.shown)'") }
    if result.missing.count == paths.count { throw ExitCode(ExitStatus.wrongInput.rawValue) }
    let delivered = output.deliver(result.report)
    let strange = configuration.kernels.filter { KernelVersion(named: $0) == nil }
    for name in strange {
      printError(
        "sockwise: \(configuration.path ?? "configuration"): Linux \(name.shown) cannot be judged; "
          + "those that there are from \(KernelVersion.oldest) on can")
    }
    let inputIsWrong =
      !strange.isEmpty || rulesAreWrong || configurationIsWrong || acceptance.isWrong
      || !result.missing.isEmpty
    let code = exit.choice.code(
      result.readNothing ? nil : result.report, wrongInput: inputIsWrong, undelivered: !delivered,
      unlessSaid: configuration.threshold)
    throw exit.strict && result.hasGaps
      ? ExitCode(max(code.rawValue, ExitStatus.notChecked.rawValue)) : code
  }

  private func reviewOptions(_ configuration: Configuration, _ rules: RuleSet) -> ReviewOptions {
    let named = kernel.map(\.version)
    return ReviewOptions(
      paths: paths,
      kernels: named.isEmpty
        ? configuration.kernels.compactMap { KernelVersion(named: $0) } : named,
      include: configuration.include.compactMap { PathPattern($0) },
      exclude: configuration.exclude.compactMap { PathPattern($0) },
      base: ConfigurationArguments.directory(of: configuration), rawKeys: rules.rawSysctls)
  }
}

/// A kernel's version on the command line.
struct KernelArgument: ExpressibleByArgument {
  let version: KernelVersion

  init?(argument: String) {
    guard let version = KernelVersion(named: argument) else { return nil }
    self.version = version
  }

  static var supported: String {
    Review.supportedKernels.map(\.description).joined(separator: ", ")
  }
}
