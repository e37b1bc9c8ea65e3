package io.xsan.server;

import com.sun.source.tree.AssertTree;
import com.sun.source.tree.CatchTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePathScanner;
import io.xsan.server.SourceTree.SourceFile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/** What there is to say about one tree of sources: sizes that are too large, and faults. */
final class Tidiness extends TreePathScanner<@Nullable Void, SourceFile> {
    static final int METHOD_LINES_MAX = 60;
    static final int FILE_LINES_MAX = 600;
    static final int PARAMETERS_MAX = 5;

    private static final Set<String> CORE =
            Set.of("base", "protocol", "store", "meta", "engine", "frontend");
    private static final Set<String> TEST_ANNOTATIONS =
            Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "FuzzTest");

    private final SourceTree sources;
    private final Map<String, Integer> oversized = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();
    private final Set<String> tests = new TreeSet<>();
    private final Deque<ClassTree> enclosing = new ArrayDeque<>();

    private Tidiness(SourceTree sources) {
        this.sources = sources;
    }

    static Tidiness of(SourceTree sources) {
        Tidiness tidiness = new Tidiness(sources);
        for (SourceFile file : sources.files()) {
            tidiness.look(file);
        }
        return tidiness;
    }

    /** What exceeds a limit, by a key as in the ratchet file, with its size. */
    Map<String, Integer> oversized() {
        return oversized;
    }

    /** Sentences about what must not be, with file and line. */
    List<String> faults() {
        return faults;
    }

    /** All tests that nothing switches off, as {@code Class.method}. */
    Set<String> tests() {
        return tests;
    }

    private void look(SourceFile file) {
        measure("file " + file.name(), file.text().lines().count(), FILE_LINES_MAX);
        scan(file.unit(), file);
    }

    private void measure(String key, long size, int max) {
        if (size > max) {
            oversized.merge(key, Math.toIntExact(size), Math::max);
        }
    }

    private void fault(SourceFile file, Tree tree, String sentence) {
        faults.add(file.name() + ":" + sources.firstLine(file.unit(), tree) + ": " + sentence);
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, SourceFile file) {
        if (isPublicApi(type.getModifiers(), file) && !hasSentence()) {
            fault(file, type, "public type " + type.getSimpleName() + " has no Javadoc sentence");
        }
        enclosing.push(type);
        super.visitClass(type, file);
        enclosing.pop();
        return null;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, SourceFile file) {
        String name = file.name() + "#" + nameOf(method);
        measure("method " + name, sources.lengthLines(file.unit(), method), METHOD_LINES_MAX);
        if (!isOverride(method) && !isCanonicalConstructor(method)) {
            measure("parameters " + name, method.getParameters().size(), PARAMETERS_MAX);
        }
        if (needsJavadoc(method, file) && !hasSentence()) {
            fault(file, method, "public method " + nameOf(method) + " has no Javadoc sentence");
        }
        if (isTest(method)) {
            noteTest(method, file);
        }
        return super.visitMethod(method, file);
    }

    private String nameOf(MethodTree method) {
        boolean isConstructor = method.getName().contentEquals("<init>");
        ClassTree owner = enclosing.peek();
        String type = owner == null ? "" : owner.getSimpleName().toString();
        return type + "." + (isConstructor ? "new" : method.getName());
    }

    private static boolean isOverride(MethodTree method) {
        return isAnnotated(method, Set.of("Override"));
    }

    private static boolean isAnnotated(MethodTree method, Set<String> names) {
        return method.getModifiers().getAnnotations().stream()
                .map(annotation -> annotation.getAnnotationType().toString())
                .anyMatch(name -> names.contains(name.substring(name.lastIndexOf('.') + 1)));
    }

    /** That of a record repeats the components, which are a value's fields and not counted. */
    private boolean isCanonicalConstructor(MethodTree method) {
        ClassTree owner = enclosing.peek();
        return owner != null
                && owner.getKind() == Tree.Kind.RECORD
                && method.getName().contentEquals("<init>");
    }

    private boolean needsJavadoc(MethodTree method, SourceFile file) {
        ClassTree owner = enclosing.peek();
        if (owner == null || isOverride(method) || method.getName().contentEquals("<init>")) {
            return false;
        }
        boolean isMemberOfInterface = owner.getKind() == Tree.Kind.INTERFACE;
        return isPublicApi(owner.getModifiers(), file)
                && (isMemberOfInterface && !isPrivate(method) || isPublic(method.getModifiers()));
    }

    /** Public in a core module, and so is everything around it. */
    private boolean isPublicApi(ModifiersTree modifiers, SourceFile file) {
        return file.isMain()
                && file.isInModule(CORE)
                && isPublic(modifiers)
                && enclosing.stream().allMatch(outer -> isPublic(outer.getModifiers()));
    }

    private static boolean isPublic(ModifiersTree modifiers) {
        return modifiers.getFlags().contains(Modifier.PUBLIC);
    }

    private static boolean isPrivate(MethodTree method) {
        return method.getModifiers().getFlags().contains(Modifier.PRIVATE);
    }

    private boolean hasSentence() {
        String javadoc = sources.javadocOf(getCurrentPath());
        return javadoc != null && !javadoc.isBlank() && !javadoc.strip().startsWith("@");
    }

    private static boolean isTest(MethodTree method) {
        return isAnnotated(method, TEST_ANNOTATIONS);
    }

    /** By an annotation such as Disabled or EnabledIfSystemProperty. */
    private static boolean isSwitchedOff(ModifiersTree modifiers) {
        return modifiers.getAnnotations().stream()
                .map(annotation -> annotation.getAnnotationType().toString())
                .map(name -> name.substring(name.lastIndexOf('.') + 1))
                .anyMatch(name -> name.startsWith("Disabled") || name.startsWith("Enabled"));
    }

    /** A test counts for its top-level class, whose name decides whether it ever runs. */
    private void noteTest(MethodTree method, SourceFile file) {
        ClassTree topLevel = enclosing.getLast();
        String type = topLevel.getSimpleName().toString();
        boolean isContract = topLevel.getModifiers().getFlags().contains(Modifier.ABSTRACT);
        if (!isContract && !type.endsWith("Test") && !type.endsWith("IT")) {
            fault(
                    file,
                    method,
                    type + " has tests which never run: end its name with Test, SimTest or IT");
        }
        boolean isSwitchedOff =
                isSwitchedOff(method.getModifiers())
                        || enclosing.stream()
                                .anyMatch(outer -> isSwitchedOff(outer.getModifiers()));
        if (!isSwitchedOff) {
            tests.add(type + "." + method.getName());
        }
    }

    @Override
    public @Nullable Void visitSynchronized(SynchronizedTree block, SourceFile file) {
        if (file.isMain() && file.isInModule(CORE)) {
            fault(
                    file,
                    block,
                    "synchronized block in a core module: state has one shard as its owner, others"
                            + " speak to it through its mailbox");
        }
        return super.visitSynchronized(block, file);
    }

    @Override
    public @Nullable Void visitAssert(AssertTree statement, SourceFile file) {
        fault(file, statement, "the assert keyword can be switched off: use io.xsan.base.Check");
        return super.visitAssert(statement, file);
    }

    @Override
    public @Nullable Void visitCatch(CatchTree clause, SourceFile file) {
        boolean isEmpty = clause.getBlock().getStatements().isEmpty();
        boolean saysWhy = sources.textOf(file, clause.getBlock()).contains("//");
        if (isEmpty && !saysWhy) {
            fault(file, clause, "empty catch: handle it, or say in a comment why nothing is lost");
        }
        return super.visitCatch(clause, file);
    }
}
