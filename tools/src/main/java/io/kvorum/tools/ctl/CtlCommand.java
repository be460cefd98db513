package io.kvorum.tools.ctl;

import picocli.CommandLine.Command;

/** The command {@code ctl}: looks at and administers a running cluster. */
@Command(name = "ctl", mixinStandardHelpOptions = true, description = "Looks at and administers a running cluster.")
public final class CtlCommand {}
