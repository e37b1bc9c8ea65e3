package io.xsan.server.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts an option's value such as {@code 10GiB} to bytes. */
public final class SizeArgument implements ITypeConverter<Long> {
    /** Made by picocli. */
    public SizeArgument() {}

    @Override
    public Long convert(String text) {
        try {
            return Sizes.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' is no size: " + e.getMessage());
        }
    }
}
