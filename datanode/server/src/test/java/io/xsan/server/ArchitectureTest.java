package io.xsan.server;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.resolvers.SelectedClassResolverFromClasspath;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Who may see whom, and who may touch what. The reasons stand in docs/ARCHITECTURE.md, sections
 * "Threads" and "Modules"; the messages of the rules say what to do instead.
 */
class ArchitectureTest {
    private static final List<String> MODULES =
            List.of("base", "protocol", "store", "meta", "engine", "frontend", "sim", "server");

    /** The modules whose code runs on a shard or decides the metadata; seams are all they see. */
    private static final String[] CORE = {
        "io.xsan.base..",
        "io.xsan.protocol..",
        "io.xsan.store..",
        "io.xsan.meta..",
        "io.xsan.engine..",
        "io.xsan.frontend.."
    };

    /** The gRPC API and its client live in the module protocol, but are an adapter. */
    private static final String[] API = {"io.xsan.protocol.v1..", "io.xsan.protocol.client.."};

    private static final DescribedPredicate<JavaClass> IN_CORE =
            resideInAnyPackage(CORE)
                    .and(not(resideInAnyPackage(API)))
                    .as("in base, protocol, store, meta, engine or frontend");

    private static final DescribedPredicate<JavaClass> IN_CORE_OR_SIM =
            IN_CORE.or(resideInAPackage("io.xsan.sim..")).as("in the core or the simulator");

    private static JavaClasses all;

    @BeforeAll
    static void importEveryModule() {
        Repository repository = Repository.ofThisBuild();
        List<Path> paths =
                MODULES.stream().map(repository::classesOf).filter(Files::isDirectory).toList();
        // Knowing the supertypes of the JDK's types is enough, and faster.
        ArchConfiguration.get().setClassResolver(SelectedClassResolverFromClasspath.class);
        ArchConfiguration.get().setClassResolverArguments("java.lang", "java.io", "java.util");
        all = new ClassFileImporter().importPaths(paths);
        assertThat(all.containPackage("io.xsan.engine")).isTrue();
    }

    @Test
    void modulesDependOnlyAlongTheArrows() {
        check(
                layeredArchitecture()
                        .consideringOnlyDependenciesInLayers()
                        .layer("base")
                        .definedBy("io.xsan.base..")
                        .layer("protocol")
                        .definedBy("io.xsan.protocol..")
                        .layer("store")
                        .definedBy("io.xsan.store..")
                        .layer("meta")
                        .definedBy("io.xsan.meta..")
                        .layer("engine")
                        .definedBy("io.xsan.engine..")
                        .layer("frontend")
                        .definedBy("io.xsan.frontend..")
                        .optionalLayer("server")
                        .definedBy("io.xsan.server..")
                        .optionalLayer("sim")
                        .definedBy("io.xsan.sim..")
                        .whereLayer("protocol")
                        .mayOnlyBeAccessedByLayers("engine", "frontend", "server", "sim")
                        .whereLayer("store")
                        .mayOnlyBeAccessedByLayers("engine", "server", "sim")
                        .whereLayer("meta")
                        .mayOnlyBeAccessedByLayers("engine", "server", "sim")
                        .whereLayer("engine")
                        .mayOnlyBeAccessedByLayers("frontend", "server", "sim")
                        .whereLayer("frontend")
                        .mayOnlyBeAccessedByLayers("server", "sim")
                        .whereLayer("server")
                        .mayNotBeAccessedByAnyLayer()
                        .whereLayer("sim")
                        .mayNotBeAccessedByAnyLayer()
                        .because("the arrows of docs/ARCHITECTURE.md, section Modules, are all"));
    }

    @Test
    void modulesAreFreeOfCycles() {
        check(slices().matching("io.xsan.(*)..").should().beFreeOfCycles());
    }

    /**
     * The package of the module itself holds its contract and may see both ways, and so may the
     * class that wires the parts of a shard.
     */
    @Test
    void packagesOfAModuleAreFreeOfCycles() {
        for (String module : MODULES) {
            check(
                    slices().matching("io.xsan." + module + ".(*)..")
                            .should()
                            .beFreeOfCycles()
                            .ignoreDependency(isWiring(), alwaysTrue())
                            .allowEmptyShould(true));
        }
    }

    private static DescribedPredicate<JavaClass> isWiring() {
        return DescribedPredicate.describe(
                "wiring", type -> type.getName().matches(".*\\.(Main|ShardRuntime)(\\$.*)?"));
    }

    @Test
    void coreSeesTheJdkAndJSpecifyOnly() {
        check(
                classes()
                        .that(IN_CORE_OR_SIM)
                        .should()
                        .onlyDependOnClassesThat(
                                resideInAnyPackage(
                                        "java..", "javax.crypto..", "org.jspecify..", "io.xsan.."))
                        .because(
                                "libraries belong to adapters in server, behind a seam of"
                                        + " io.xsan.base.seam or io.xsan.protocol.Network"));
    }

    @Test
    void coreDoesNotSeeTheApi() {
        check(
                noClasses()
                        .that(IN_CORE_OR_SIM)
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(API))
                        .because("gRPC messages are turned into records at the edge, in server"));
    }

    @Test
    void librariesStayInTheirAdapters() {
        onlyIn("Netty", "io.netty..", "io.xsan.server..");
        onlyIn("Ratis", "org.apache.ratis..", "io.xsan.server..");
        onlyIn("RocksDB", "org.rocksdb..", "io.xsan.server..");
        onlyIn("picocli", "picocli..", "io.xsan.server..");
        onlyIn("Jackson", "com.fasterxml..", "io.xsan.server..");
        onlyIn(
                "gRPC",
                "io.grpc..",
                "io.xsan.server..",
                "io.xsan.protocol.client..",
                "io.xsan.protocol.v1..");
    }

    private static void onlyIn(String library, String itsPackages, String... allowed) {
        check(
                noClasses()
                        .that(not(resideInAnyPackage(allowed)))
                        .should()
                        .dependOnClassesThat(resideInAPackage(itsPackages))
                        .because(library + " is an adapter's business: " + List.of(allowed)));
    }

    @Test
    void chanceComesThroughSeamsOnly() {
        check(
                noClasses()
                        .that(IN_CORE_OR_SIM)
                        .and(not(ofTheCommandLine()))
                        .should()
                        .callMethodWhere(target(isChance()))
                        .orShould()
                        .dependOnClassesThat(isSourceOfChance())
                        .because(
                                "a run must be reproducible from its seed: take time from Clock,"
                                        + " ids and random numbers from Entropy, later work from"
                                        + " Scheduler, bytes from Disk, KvStore or Network"));
    }

    /** The simulator's own command line tells the time it took and writes tables. */
    private static DescribedPredicate<JavaClass> ofTheCommandLine() {
        return DescribedPredicate.describe(
                "the command line of the simulator",
                type -> type.getPackageName().equals("io.xsan.sim"));
    }

    private static DescribedPredicate<CodeUnitCallTarget> isChance() {
        Set<String> calls =
                Set.of(
                        "java.lang.System.nanoTime",
                        "java.lang.System.currentTimeMillis",
                        "java.lang.System.identityHashCode",
                        "java.lang.System.getenv",
                        "java.lang.System.getProperty",
                        "java.lang.Math.random",
                        "java.util.UUID.randomUUID",
                        "java.util.Collections.shuffle",
                        "java.nio.channels.FileChannel.open");
        return DescribedPredicate.describe(
                "clocks, random numbers, the environment or files",
                call -> {
                    String owner = call.getOwner().getName();
                    boolean isNow = owner.startsWith("java.time.") && call.getName().equals("now");
                    return isNow || calls.contains(owner + "." + call.getName());
                });
    }

    private static DescribedPredicate<JavaClass> isSourceOfChance() {
        Set<String> types =
                Set.of(
                        "java.lang.Thread",
                        "java.lang.ThreadLocal",
                        "java.lang.ScopedValue",
                        "java.lang.Process",
                        "java.lang.ProcessBuilder",
                        "java.util.Random",
                        "java.util.SplittableRandom",
                        "java.util.Timer",
                        "java.util.concurrent.ThreadLocalRandom",
                        "java.util.concurrent.CompletableFuture",
                        "java.util.concurrent.Executors",
                        "java.util.concurrent.ForkJoinPool",
                        "java.security.SecureRandom",
                        "java.nio.file.Files",
                        "java.io.FileInputStream",
                        "java.io.FileOutputStream",
                        "java.io.RandomAccessFile",
                        "java.net.InetAddress");
        return DescribedPredicate.describe(
                "threads, sockets, files or random numbers",
                type ->
                        types.contains(type.getName())
                                || (type.getPackageName().startsWith("java.net")
                                        && type.getSimpleName().contains("Socket"))
                                || (type.getPackageName().startsWith("java.nio.channels")
                                        && type.getSimpleName().endsWith("Channel")));
    }

    /** Their order differs from one JVM to the next, so it must decide nothing. */
    @Test
    void setsAndMapsHaveAnOrderThatIsTheSameOnEveryMachine() {
        check(
                noClasses()
                        .that(IN_CORE_OR_SIM)
                        .should()
                        .callMethodWhere(target(makesASaltedCollection()))
                        .because(
                                "Set.of, Map.of and the like iterate in another order in each JVM,"
                                        + " but every member decides the same and a seed replays"
                                        + " everywhere: use a List, EnumSet, TreeMap or"
                                        + " LinkedHashSet, made unmodifiable where needed"));
    }

    private static DescribedPredicate<CodeUnitCallTarget> makesASaltedCollection() {
        return DescribedPredicate.describe(
                "a collection with a salted order",
                call -> {
                    String name = call.getName();
                    return switch (call.getOwner().getName()) {
                        case "java.util.Set" ->
                                name.equals("copyOf")
                                        || (name.equals("of")
                                                && call.getRawParameterTypes().size() > 1);
                        case "java.util.Map" ->
                                name.equals("copyOf")
                                        || name.equals("ofEntries")
                                        || (name.equals("of")
                                                && call.getRawParameterTypes().size() > 2);
                        case "java.util.stream.Collectors" ->
                                name.equals("toUnmodifiableSet")
                                        || name.equals("toUnmodifiableMap");
                        default -> false;
                    };
                });
    }

    @Test
    void shardsKnowNoLocks() {
        DescribedPredicate<JavaClass> onShards =
                IN_CORE_OR_SIM.and(not(resideInAPackage("..mailbox..")));
        String because =
                "what is on a shard belongs to one thread; others speak to it through its mailbox";
        check(
                noClasses()
                        .that(onShards)
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage(
                                        "java.util.concurrent.locks..",
                                        "java.util.concurrent.atomic.."))
                        .because(because));
        check(
                noMethods()
                        .that()
                        .areDeclaredInClassesThat(onShards)
                        .should()
                        .haveModifier(JavaModifier.SYNCHRONIZED)
                        .because(because));
        check(
                fields().that()
                        .areDeclaredInClassesThat(onShards)
                        .should()
                        .notHaveModifier(JavaModifier.VOLATILE)
                        .because(because));
    }

    @Test
    void whatIsLoggedAndKeptIsARecord() {
        check(
                classes()
                        .that()
                        .resideInAnyPackage(
                                "io.xsan.meta.command..",
                                "io.xsan.meta.image..",
                                "io.xsan.meta.record..",
                                "io.xsan.protocol.message..")
                        .and()
                        .areTopLevelClasses()
                        .and()
                        .doNotHaveSimpleName("package-info")
                        .and(not(isPackagePrivate()))
                        .should()
                        .beRecords()
                        .orShould()
                        .beInterfaces()
                        .orShould()
                        .beEnums()
                        .because("values are immutable and compare by what they hold"));
    }

    private static DescribedPredicate<JavaClass> isPackagePrivate() {
        return DescribedPredicate.describe(
                "package-private", type -> !type.getModifiers().contains(JavaModifier.PUBLIC));
    }

    @Test
    void namesSayWhatATypeIs() {
        check(
                noClasses()
                        .that(areOurs())
                        .should()
                        .haveNameMatching(".*(Utils?|Helper|Manager|Impl|Common|Misc)")
                        .because("such a name fits anything: name the thing that the class is"));
        check(
                noClasses()
                        .that(areOurs())
                        .should()
                        .resideInAnyPackage(
                                "..util..",
                                "..utils..",
                                "..helper..",
                                "..common..",
                                "..manager..",
                                "..impl..")
                        .because("packages carry the noun of the domain"));
        check(
                classes()
                        .that(areOurs())
                        .and()
                        .haveNameMatching(".*(Service|Reconciler)")
                        .should()
                        .resideInAPackage("io.xsan.server..")
                        .allowEmptyShould(true)
                        .because("a ...Service is an edge of gRPC, which the core does not have"));
    }

    private static DescribedPredicate<JavaClass> areOurs() {
        return DescribedPredicate.<JavaClass>alwaysTrue()
                .and(not(resideInAPackage("io.xsan.protocol.v1..")))
                .as("hand-written");
    }

    @Test
    void everyPackageSaysThatItIsNullMarked() {
        Set<String> without = new TreeSet<>();
        for (JavaClass type : all) {
            JavaPackage itsPackage = type.getPackage();
            if (areOurs().test(type)
                    && itsPackage.tryGetAnnotationOfType(NullMarked.class).isEmpty()) {
                without.add(itsPackage.getName());
            }
        }
        assertThat(without)
                .as("packages without a package-info.java that has @NullMarked and their purpose")
                .isEmpty();
    }

    @Test
    void exceptionsAreDefinedInBaseAndAreSpecific() {
        check(
                classes()
                        .that()
                        .areAssignableTo(Throwable.class)
                        .should()
                        .resideInAnyPackage("io.xsan.base..", "io.xsan.protocol.client..")
                        .because(
                                "a bug is an InvariantViolation, an expected outcome a sealed"
                                        + " result, a caller's mistake a Refusal"));
        check(
                methods()
                        .that()
                        .areDeclaredInClassesThat(IN_CORE_OR_SIM)
                        .should()
                        .notDeclareThrowableOfType(Exception.class)
                        .andShould()
                        .notDeclareThrowableOfType(Throwable.class));
        check(
                noClasses()
                        .that(areOurs())
                        .and()
                        .areNotAssignableTo(Throwable.class)
                        .should()
                        .callConstructorWhere(target(isRawThrowable()))
                        .because("a catcher must be able to tell it from every other trouble"));
    }

    private static DescribedPredicate<CodeUnitCallTarget> isRawThrowable() {
        Set<String> raw =
                Set.of(
                        "java.lang.Exception",
                        "java.lang.RuntimeException",
                        "java.lang.Throwable",
                        "java.lang.Error");
        return DescribedPredicate.describe(
                "of a raw exception", call -> raw.contains(call.getOwner().getName()));
    }

    private static void check(ArchRule rule) {
        rule.check(all);
    }
}
