package io.tenantwarden.instrumentation.pgjdbc;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** In advice on a result handler: the statement or result set that it hands rows to, whatever the field is called. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
@interface ResultOwner {}
