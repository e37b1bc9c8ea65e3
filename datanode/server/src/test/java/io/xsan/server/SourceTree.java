package io.xsan.server;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * All Java sources of the repository, parsed by the JDK's own compiler. Nothing is resolved, so it
 * takes seconds for all of them.
 */
final class SourceTree {
    private static final Set<String> NOT_OURS = Set.of("target", ".git", ".xsan", ".m2");

    private final DocTrees trees;
    private final SourcePositions positions;
    private final List<SourceFile> files = new ArrayList<>();

    /** One source file: its place in the repository, its text and its tree. */
    record SourceFile(String name, String text, CompilationUnitTree unit) {
        /** Whether it is part of the program rather than of its tests. */
        boolean isMain() {
            return name.contains("/src/main/");
        }

        /** Whether it belongs to one of these modules of the datanode. */
        boolean isInModule(Set<String> modules) {
            return name.startsWith("datanode/") && modules.contains(name.split("/", 3)[1]);
        }
    }

    private SourceTree(JavacTask task) {
        trees = DocTrees.instance(task);
        positions = trees.getSourcePositions();
    }

    /** Parses every source of the repository that is written by hand. */
    static SourceTree parse(Repository repository) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Path> sources = javaFilesUnder(repository.root());
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    manager,
                                    _ -> {},
                                    List.of("-proc:none"),
                                    null,
                                    manager.getJavaFileObjectsFromPaths(sources));
            SourceTree tree = new SourceTree(task);
            for (CompilationUnitTree unit : task.parse()) {
                Path path = Path.of(unit.getSourceFile().toUri());
                tree.files.add(
                        new SourceFile(repository.nameOf(path), Files.readString(path), unit));
            }
            return tree;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> javaFilesUnder(Path root) {
        List<Path> sources = new ArrayList<>();
        try {
            Files.walkFileTree(
                    root,
                    new SimpleFileVisitor<Path>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path directory, BasicFileAttributes attributes) {
                            Path name = directory.getFileName();
                            return name != null && NOT_OURS.contains(name.toString())
                                    ? FileVisitResult.SKIP_SUBTREE
                                    : FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(
                                Path file, BasicFileAttributes attributes) {
                            if (file.toString().endsWith(".java")) {
                                sources.add(file);
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sources.sort(null);
        return sources;
    }

    List<SourceFile> files() {
        return files;
    }

    /** The line on which a tree begins, modifiers and annotations included. */
    long firstLine(CompilationUnitTree unit, Tree tree) {
        return unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
    }

    /** How many lines a tree takes. */
    long lengthLines(CompilationUnitTree unit, Tree tree) {
        long last = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, tree));
        return last - firstLine(unit, tree) + 1;
    }

    /** The text of a tree as it was written. */
    String textOf(SourceFile file, Tree tree) {
        return file.text()
                .substring(
                        (int) positions.getStartPosition(file.unit(), tree),
                        (int) positions.getEndPosition(file.unit(), tree));
    }

    /** The text of the Javadoc of a declaration, or null where it has none. */
    @Nullable String javadocOf(TreePath declaration) {
        return trees.getDocComment(declaration);
    }
}
