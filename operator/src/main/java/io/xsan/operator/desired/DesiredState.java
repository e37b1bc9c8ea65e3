package io.xsan.operator.desired;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.xsan.crds.StorageClassSpec;
import io.xsan.operator.identity.StorageNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All objects of a cluster but its Secrets. */
public final class DesiredState {
    /**
     * Annotation of datanode pods: what they were made of. A pod with another value is outdated.
     */
    public static final String MADE_OF = "xsan.io/made-of";

    /** The driver's name. */
    public static final String DRIVER = "csi.xsan.io";

    private static final int HASH_CHARACTERS = 16;

    private DesiredState() {}

    /** The objects, in the order in which they are to be applied. */
    public static List<HasMetadata> of(Plan plan) {
        Map<String, String> values = plan.values();
        List<HasMetadata> objects = new ArrayList<>(Template.objects("system.yaml", values));
        for (StorageClassSpec asked : plan.spec().storageClasses()) {
            objects.add(storageClass(asked));
        }
        for (StorageNode node : plan.identity().running()) {
            ConfigMap config =
                    configMap(
                            plan,
                            "xsan-datanode-" + node.number(),
                            "config.json",
                            Configs.datanode(plan, node));
            objects.add(config);
            objects.add(datanode(plan, node));
        }
        objects.add(configMap(plan, "xsan-agent", "agent.json", Configs.agent(plan)));
        objects.add(agent(plan, values));
        objects.add(csiController(plan, values));
        objects.add(csiNode(plan, values));
        objects.add(tools(plan, values));
        return objects;
    }

    /** Alert rules, for clusters that know them. */
    public static List<HasMetadata> alerts(Plan plan) {
        return Template.objects("alerts.yaml", plan.values());
    }

    /** What the pod of a datanode is to be made of: see {@link #MADE_OF}. */
    public static String madeOf(Plan plan, StorageNode node) {
        return madeOf(plan, node, datanodePod(plan, node).getSpec().getTemplate().getSpec());
    }

    private static String madeOf(Plan plan, StorageNode node, PodSpec pod) {
        return hash(Serialization.asJson(pod) + Configs.datanode(plan, node));
    }

    private static StatefulSet datanode(Plan plan, StorageNode node) {
        StatefulSet set = datanodePod(plan, node);
        PodTemplateSpec template = set.getSpec().getTemplate();
        template.getMetadata()
                .setAnnotations(Map.of(MADE_OF, madeOf(plan, node, template.getSpec())));
        return set;
    }

    private static StatefulSet datanodePod(Plan plan, StorageNode node) {
        StatefulSet set = Template.object("datanode.yaml", StatefulSet.class, plan.values(node));
        PodSpec pod = set.getSpec().getTemplate().getSpec();
        Pods.setResources(pod, plan.spec().resources().datanode());
        Pods.setPullSecrets(pod, plan.spec());
        Pods.addDevices(pod, plan.spec().storage());
        return set;
    }

    private static DaemonSet agent(Plan plan, Map<String, String> values) {
        DaemonSet set = Template.object("agent.yaml", DaemonSet.class, values);
        PodSpec pod = set.getSpec().getTemplate().getSpec();
        Pods.setResources(pod, plan.spec().resources().agent());
        Pods.setPullSecrets(pod, plan.spec());
        Pods.setHosts(pod, plan.spec().attach().nodeSelector());
        return set;
    }

    private static Deployment csiController(Plan plan, Map<String, String> values) {
        Deployment deployment = Template.object("csi-controller.yaml", Deployment.class, values);
        PodSpec pod = deployment.getSpec().getTemplate().getSpec();
        Pods.setResources(pod, plan.spec().resources().csi());
        Pods.setPullSecrets(pod, plan.spec());
        return deployment;
    }

    private static DaemonSet csiNode(Plan plan, Map<String, String> values) {
        DaemonSet set = Template.object("csi-node.yaml", DaemonSet.class, values);
        PodSpec pod = set.getSpec().getTemplate().getSpec();
        Pods.setResources(pod, plan.spec().resources().csi());
        Pods.setPullSecrets(pod, plan.spec());
        Pods.setHosts(pod, plan.spec().attach().nodeSelector());
        return set;
    }

    private static Deployment tools(Plan plan, Map<String, String> values) {
        Deployment deployment = Template.object("tools.yaml", Deployment.class, values);
        Pods.setPullSecrets(deployment.getSpec().getTemplate().getSpec(), plan.spec());
        return deployment;
    }

    private static ConfigMap configMap(Plan plan, String name, String file, String text) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(plan.namespace())
                .endMetadata()
                .addToData(file, text)
                .build();
    }

    private static StorageClass storageClass(StorageClassSpec asked) {
        Map<String, String> parameters = new TreeMap<>(asked.parameters());
        parameters.put("csi.storage.k8s.io/fstype", asked.fsType());
        return new StorageClassBuilder()
                .withNewMetadata()
                .withName(asked.name())
                .addToAnnotations(
                        "storageclass.kubernetes.io/is-default-class", asked.isDefault().toString())
                .endMetadata()
                .withProvisioner(DRIVER)
                .withAllowVolumeExpansion(true)
                .withReclaimPolicy(asked.reclaimPolicy().name())
                .withVolumeBindingMode("Immediate")
                .withParameters(parameters)
                .build();
    }

    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
