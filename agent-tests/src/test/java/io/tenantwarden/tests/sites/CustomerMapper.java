package io.tenantwarden.tests.sites;

import java.util.List;
import org.apache.ibatis.annotations.Select;

/** MyBatis. */
public interface CustomerMapper {

    @Select("select note from customers where note = #{note}")
    List<String> notes(String note);

    @Select("select id from customers where note = #{note}")
    List<Long> ids(String note);
}
