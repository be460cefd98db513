package io.kvorum.server.membership.plan;

import io.kvorum.ring.Member;
import io.kvorum.ring.Ring;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The members that an operator named.
 *
 * @param members in the order of the names; to be used only if there is no problem
 * @param problem the sentence that says what is wrong with a name, or null
 */
record NamedMembers(List<Member> members, @Nullable String problem) {
    private static final int PREFIX_MIN = 4;

    NamedMembers {
        members = List.copyOf(members);
    }

    static NamedMembers find(Ring ring, List<String> names) {
        List<Member> found = new ArrayList<>();
        for (String name : names) {
            List<Member> fitting = fitting(ring.members(), name);
            if (fitting.size() != 1) {
                return new NamedMembers(List.of(), fitting.isEmpty() ? unknown(ring, name) : ambiguous(fitting, name));
            }
            Member member = fitting.get(0);
            if (found.contains(member)) {
                return new NamedMembers(List.of(), member.name() + " is named twice");
            }
            found.add(member);
        }
        return new NamedMembers(found, null);
    }

    private static List<Member> fitting(Collection<Member> members, String name) {
        List<Member> called =
                members.stream().filter(member -> member.name().equals(name)).toList();
        if (!called.isEmpty() || name.length() < PREFIX_MIN) {
            return called;
        }
        String prefix = name.toLowerCase(Locale.ROOT);
        return members.stream()
                .filter(member -> member.id().toString().startsWith(prefix))
                .toList();
    }

    private static String ambiguous(List<Member> fitting, String name) {
        String all = fitting.stream()
                .map(member ->
                        member.id() + " (" + member.name() + " at " + member.host() + ":" + member.peerPort() + ")")
                .collect(Collectors.joining(", "));
        return "\"" + name + "\" fits " + fitting.size() + " members: name one by its id, or more of it: " + all;
    }

    private static String unknown(Ring ring, String name) {
        if (!fitting(ring.known().values(), name).isEmpty()) {
            return "\"" + name
                    + "\" is out of the cluster for ever; a new node on that machine has an identity of its own";
        }
        String members = ring.members().stream().map(Member::name).sorted().collect(Collectors.joining(", "));
        return "there is no member \"" + name + "\"; there are: " + members
                + " (a member is named by its name, by its id, or by at least " + PREFIX_MIN
                + " digits that its id begins with)";
    }
}
